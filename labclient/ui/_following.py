"""The pages that show the open notebook, told together what the watcher sees in it."""

from collections.abc import Iterator, Sequence

from labclient.ui._form import StructForm
from labclient.ui._happening import Happening
from labclient.ui._page import Page
from labclient.ui._pages import Pages
from labclient.ui._watch import LiveReplies, Snapshot


class Following:
    """Those of the `pages` with one of these `views`, as far as they are made. One that nobody looks at draws a state
    when somebody does; readings and what happens in a run go to all of them as they come."""

    def __init__(self, pages: Pages, views: Sequence[str]) -> None:
        self._pages, self._views = pages, views

    def __contains__(self, view: str) -> bool:
        return view in self._views

    def __iter__(self) -> Iterator[Page]:
        return (self._pages.made[view] for view in self._views if view in self._pages.made)

    def show(self, snapshot: Snapshot, view: str) -> None:
        """A new state, while somebody looks at `view`."""
        for page in self:
            page.advance(snapshot, looked_at=page is self._pages.made.get(view))

    def grow(self, snapshot: Snapshot) -> None:
        """A state with nothing new but readings."""
        for page in self:
            page.grow(snapshot)

    def catch_up(self) -> None:
        """Every page shows the last state, looked at or not."""
        for page in self:
            page.catch_up()

    def show_replies(self, replies: LiveReplies) -> None:
        """Readings that have just become durable."""
        for page in self:
            page.show_replies(replies)

    def show_happening(self, happened: Happening) -> None:
        """Something that has happened during a run."""
        for page in self:
            page.show_happening(happened)

    def let_work(self, on: bool) -> None:
        """Whether anything can be done on them."""
        for page in self:
            page.let_work(on)

    def forget(self) -> None:
        """Another notebook is about to be shown."""
        for page in self:
            page.forget()

    def typed(self) -> Sequence[dict[str, object]]:
        """What stands in the forms and may not be entered yet."""
        self.catch_up()
        return [form.body() for form in self._forms()]

    def type_again(self, typed: Sequence[dict[str, object]]) -> None:
        """Fill the forms of pages that were built anew with what stood in them."""
        self.catch_up()
        for form, body in zip(self._forms(), typed, strict=True):
            form.fill(body)

    def _forms(self) -> list[StructForm]:
        return [form for page in self for form in page.findChildren(StructForm)]
