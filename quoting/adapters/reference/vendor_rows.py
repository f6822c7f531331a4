"""Rows of vendors.csv."""

from __future__ import annotations

from quoting.adapters.reference.cells import Cells
from quoting.adapters.reference.reading import Row
from quoting.domain.catalogue import Vendor


def vendor(row: Row) -> Vendor:
    """A row of vendors.csv."""
    cells = Cells(row)
    value = Vendor(
        id=cells.needed("vendor_id"),
        name=cells.needed("legal_name"),
        country=cells.country("country"),
        hq_country=cells.country("hq_country"),
        ultimate_parent_hq_country=cells.country("ultimate_parent_hq_country"),
        kind=cells.one_of("kind", ("maker", "cloud", "reseller", "unnamed"), "kind of vendor"),
        ships_from=cells.country("ships_from"),
        basis=cells.needed("basis"),
    )
    cells.one_of("grade", "PSRD", "grade of evidence")
    cells.settle()
    return value
