"""A plugin that does wrong what can be done wrong by carelessness; `make bench-careless` puts it beside the chat."""
