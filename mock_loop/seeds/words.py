"""The vocabulary of the seeded shop.

Names of people, streets and towns are rare words of seven letters or more that
occur nowhere else, so that a test can look for them in any output.
"""

FIRST_NAMES = (
    "Araminta", "Bartholomew", "Cordelia", "Demetrius", "Evangeline", "Ferdinand",
    "Guinevere", "Hyacinth", "Ignatius", "Jacquetta", "Klementine", "Leopoldine",
    "Maximilian", "Nathaniel", "Octavian", "Philippa", "Quintessa", "Rosalind",
    "Seraphina", "Theodosia", "Ulyssandra", "Valentina", "Wilhelmina", "Xiomara",
    "Yevgenia", "Zephyrine", "Anneliese", "Benedikta", "Clementyna", "Dorothea",
    "Ézechielle", "Friedrich", "Gwendolyn", "Hildegard", "Isambard", "Jørgenna",
    "Konstantin", "Lucretia", "Montgomery", "Nicodemus",
)  # fmt: skip

LAST_NAMES = (
    "Abercrombie", "Bickerstaff", "Cholmondeley", "Dalrymple", "Etherington",
    "Featherstone", "Grimshawe", "Hollingsworth", "Ingleborough", "Jankowiak",
    "Kaltenbrunn", "Lindqvister", "Mapplethorpe", "Niedermayer", "Oppenshaw",
    "Pemberthy", "Quackenbush", "Ravenscroft", "Shuttleworth", "Trevelyan",
    "Underhallow", "Vanderhoeven", "Wigglesworth", "Xenakopoulos", "Yarborough",
    "Zimmerwald", "O'Shaughnessy", "Brzezicki", "Castellanos", "Dziewanowski",
    "Eisenhauer", "Fitzgerrold", "Gonçalvinho", "Heatherwick", "Illingworth",
    "Joaquinero", "Kirkpatrick", "Llewellynn", "Muñozcampo", "Nakamurada",
)  # fmt: skip

STREETS = (
    "Wexcombe Terrace", "Larkspurling Lane", "Ottermere Crescent", "Thistledown Row",
    "Quarrybank Drive", "Hazelhurst Mews", "Pennywhistle Road", "Millrace Avenue",
    "Brackenfield Close", "Swallowtail Court", "Candlemaker Street", "Juniperus Way",
)  # fmt: skip

TOWNS = (
    "Ellerbyport", "Ashcombeton", "Marrowdale", "Thornwickham", "Kestrelford",
    "Wintermarsh", "Oakhamptonia", "Bellwetherby", "Sandringmere", "Foxglovetown",
)  # fmt: skip

REGIONS = (
    ("United States", "US", "CA"),
    ("United States", "US", "NY"),
    ("United States", "US", "TX"),
    ("Canada", "CA", "ON"),
    ("United Kingdom", "GB", "ENG"),
    ("Germany", "DE", "BE"),
)

COLOURS = ("Black", "Ecru", "Indigo", "Olive", "Rust", "Sand", "Slate", "White")
STYLES = ("Striped", "Linen", "Ribbed", "Relaxed", "Cropped", "Quilted", "Pleated", "Wool")
GARMENTS = (
    ("Shirt", 7800), ("Dress", 12900), ("Jeans", 9800), ("Sweater", 11000), ("Coat", 24500),
    ("Skirt", 6900), ("Tee", 3200), ("Shorts", 4800), ("Sneakers", 13500), ("Beanie", 2400),
)  # fmt: skip
SIZES = ("XS", "S", "M", "L", "XL")

# (parent reason, reason). Quotation marks inside the text were seen live.
REASONS = (
    ("Size", "Item was too big"),
    ("Size", "Item was too small"),
    ("Size", '"Item was too big"'),
    ("Fit", "Sleeves too long"),
    ("Style", "I like another style more"),
    ("Style", "Colour differs from the photo"),
    ("Quality", "Arrived damaged"),
    ("Quality", "Stitching came loose"),
    ("Delivery", "Arrived too late"),
    ("Other", "Bought two sizes, kept one"),
    ("", ""),
)

COMMENTS = (
    "The sleeves end far above my wrists",
    'Ordered a "medium", received something larger',
    "Please refund to the card ending as before",
    "Zip broke on day two\nvery disappointed",
    "Schöne Farbe, passt leider nicht 🙁",
)

NOTES = (
    "Called about the refund, promised an answer by Friday",
    "Customer sent photos of the damage",
    "Second claim this month, check before approving",
    "Asked for an exchange instead of credit",
)

CARRIERS = ("USPS", "UPS", "FedEx", "DHLExpress", "CanadaPost")
LABEL_STATUSES = (
    "new", "pre_transit", "in_transit", "out_for_delivery", "delivered",
    "delivered", "delivered", "delivered", "unknown", "return_to_sender", "failure",
)  # fmt: skip
