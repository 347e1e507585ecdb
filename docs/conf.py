"""How Sphinx makes the site; scripts/docs.py gives it the pages."""

project = "pyz3"
author = "the authors of pyz3"
extensions = ["myst_parser", "sphinx_copybutton", "sphinx_design"]
html_theme = "furo"
html_title = "pyz3"
html_show_copyright = False
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["pyz3.css"]
# The fonts are the reader's own: nothing is loaded from elsewhere.
html_theme_options = {"footer_icons": [], "navigation_with_keys": True}

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4  # called as GitHub calls them
myst_url_schemes = ["https"]

# Prompts are not copied, and of a console block only what is typed.
copybutton_prompt_text = "$ "
copybutton_line_continuation_character = "\\"
