"""On the PYTHONPATH of a test's processes only: what CHIPQUOTE_TEST_WEAKENED names is switched off as they start."""

import os

if os.environ.get("CHIPQUOTE_TEST_WEAKENED"):
    from tests.faults.weakening import weaken

    weaken(os.environ["CHIPQUOTE_TEST_WEAKENED"])
