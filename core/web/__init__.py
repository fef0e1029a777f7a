"""The pages: requests, the gate, layout, errors, assets, and the screens over the core's rooms."""
