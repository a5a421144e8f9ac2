"""What is known of the real Loop, held against the tap and the mock account.

The evidence (payloads that people kept, copies of OpenAPI files, samples of the
documentation) is not part of this repository: it is read from `../shared/evidence`
beside the checkout, or from where LOOP_EVIDENCE says. Without it these tests are
skipped.
"""
