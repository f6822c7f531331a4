"""Health checks of the image: `python healthy.py api|worker|dispatcher`. Standard library only, as it runs often."""

import os
import sys
import time
import urllib.request

SILENT_S = 30.0


def main(role: str) -> None:
    if role == "api":
        urllib.request.urlopen("http://127.0.0.1:8000/readyz", timeout=4).close()
    else:
        age_s = time.time() - os.stat(os.environ["CHIPQUOTE_ALIVE_FILE"]).st_mtime
        if age_s > SILENT_S:
            sys.exit(f"the {role} has not been heard of for {age_s:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1])
