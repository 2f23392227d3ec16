"""The pages: each module holds a page's queries, layout and charts."""
