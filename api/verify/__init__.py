"""Was this said? What it takes to answer for any text: words, alignment, meaning, verdict. It knows no SQL and no HTTP."""
