"""One Loop Returns account over HTTP: requests, paging and the list of returns. Knows no Singer."""
