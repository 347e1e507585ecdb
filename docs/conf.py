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

# A text's --option is no dash.
smartquotes = False
# A block without a language is a command or its output, not Python.
highlight_language = "none"
myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 4  # called as GitHub calls them
myst_url_schemes = ["https"]

# scripts/docs.py --check-links: a server that is slow or limits requests is asked again.
linkcheck_retries = 2
linkcheck_timeout = 30
# GitHub writes a page's names of headings with a script.
linkcheck_anchors_ignore_for_url = ["https://github.com/"]

# Prompts are not copied, and of a console block only what is typed.
copybutton_prompt_text = "$ "
copybutton_line_continuation_character = "\\"
