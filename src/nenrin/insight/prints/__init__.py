"""Reports on paper: values set by Typst with the fonts that come along (docs/decisions/0008)."""
