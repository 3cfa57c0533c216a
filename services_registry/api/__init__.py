"""Open data: the public registry as HSDS 3 (Human Services Data Specification), read only.

``schemas`` says what is given out, ``mapping`` makes it of the registry's rows, ``taxonomies``
names the classifiers, ``queries`` finds the rows, ``endpoints`` answers, ``delivery`` puts around
every answer what HTTP wants. Source: docs.openreferral.org; what differs is in docs/open-data.md.
"""
