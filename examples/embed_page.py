"""A page of an internal tool that asks for a quote and shows the answer.

    CHIPQUOTE_API_KEY=... .venv/bin/python examples/embed_page.py      # then http://127.0.0.1:8080

It keeps the key on the server; the browser never sees it. CHIPQUOTE_URL names the service.
"""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask, render_template_string, request

from quoting_client import Client, Invalid, QuotingError, outcome_words, verdict_words

SEED = Path(__file__).with_name("bytedance-2025.json")
PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Procurement quote</title>
<h1>Procurement quote</h1>
<form method="post">
  <p><label for="request">Request (JSON)</label><br>
  <textarea id="request" name="request" rows="12" cols="100">{{ text }}</textarea></p>
  <p><button>Ask</button></p>
</form>
{% if faults %}
<h2>The request could not be read</h2>
<ul>{% for fault in faults %}<li><code>{{ fault.pointer or "/" }}</code>: {{ fault.detail }}</li>{% endfor %}</ul>
{% endif %}
{% if trouble %}<p role="alert">No answer: {{ trouble }}</p>{% endif %}
{% if result %}
<h2>{{ verdict_words(result.verdict) | join(" ") }}</h2>
<p>{{ result.answer }}</p>
{% for plan in result.plans %}
<h3>Plan: {{ (plan.name or plan.kind).replace("_", "-") }}, {{ plan.total }}</h3>
<table>
  <tr><th>Site<th>Chip<th>Vendor<th>Quantity<th>Total<th>Law</tr>
  {% for line in plan.lines %}
  <tr><td>{{ line.site }}<td>{{ line.chip }}<td>{{ line.vendor }}<td>{{ "{:,}".format(line.qty) }}<td>{{ line.total }}
      <td>{{ outcome_words(line.determination.outcome) | join(" ") }}</tr>
  {% endfor %}
</table>
<ul>{% for condition in plan.conditions %}<li>{{ condition.text }}</li>{% endfor %}</ul>
{% endfor %}
<p>{{ result.document.disclaimer }} Result digest {{ result.digest[:16] }}.</p>
{% endif %}
</html>
"""


def create_page(client: Client) -> Flask:
    app = Flask(__name__)
    app.jinja_env.globals.update(verdict_words=verdict_words, outcome_words=outcome_words)

    @app.get("/")
    def empty() -> str:
        return render_template_string(PAGE, text=SEED.read_text(encoding="utf-8"))

    @app.post("/")
    def answered() -> tuple[str, int]:
        text = request.form["request"]
        try:
            result = client.quote(text, timeout_s=25)
        except Invalid as error:
            return render_template_string(PAGE, text=text, faults=error.faults, trouble=error.detail), 422
        except QuotingError as error:
            return render_template_string(PAGE, text=text, trouble=error), 503
        return render_template_string(PAGE, text=text, result=result), 200

    return app


if __name__ == "__main__":
    create_page(Client(os.environ.get("CHIPQUOTE_URL", "http://127.0.0.1:8000"))).run(port=8080)
