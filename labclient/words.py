"""The sentences of labclient, in the reader's language.

Everything the core has to say travels as a `Message`: an English template with its arguments. It becomes a sentence
only here, so that window, command line and report say the same thing, each in its reader's language.
"""

from collections.abc import Iterable, Mapping
from functools import cache, reduce
from gettext import GNUTranslations, NullTranslations, translation
from locale import getlocale
from os import environ
from pathlib import Path
from types import MappingProxyType

LANGUAGES = ("en", "zh_CN")
DOMAIN = "labclient"
TRANSLATIONS = Path(__file__).parent.parent / "resources" / "translations"
_language = "en"


class Message:
    """A sentence not yet said: the English template and the named arguments that fill it."""

    __slots__ = ("arguments", "template")

    def __init__(self, template: str, arguments: Mapping[str, object]) -> None:
        self.template = template
        self.arguments = MappingProxyType(dict(arguments))

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Message) and self.template == other.template and dict(self.arguments) == other.arguments
        )

    def __hash__(self) -> int:
        return hash(self.template)

    def __repr__(self) -> str:
        return f"Message({say(self, 'en')!r})"

    def __str__(self) -> str:
        return say(self)


def message(template: str, /, **arguments: object) -> Message:
    """Mark a template for translation and bind its arguments. The template must be a literal: the catalogue is made
    from the source. An argument may itself be a `Message`; it is said in the same language."""
    return Message(template, arguments)


def given(text: str, /) -> Message:
    """A text of a file, such as a driver's label: said in the reader's language where labclient brings the file, and
    as it stands where somebody else wrote it."""
    return Message(text, {})


def listed(parts: Iterable[Message]) -> Message:
    """At least one part, as the reader's language lists them."""
    return reduce(lambda first, then: message("{first}, {then}", first=first, then=then), parts)


def joined(sentences: Iterable[Message]) -> Message:
    """One sentence after another, as the reader's language sets them; nothing, where there is none."""
    first, *rest = tuple(sentences) or (given(""),)
    return reduce(lambda before, then: message("{sentence} {step}", sentence=before, step=then), rest, first)


def say(sentence: Message, language: str | None = None) -> str:
    """The sentence in `language`, or in the language chosen with `use_language`."""
    code = language or _language
    template = _catalogue(code).gettext(sentence.template) if sentence.template else ""
    filled = {
        name: say(value, code) if isinstance(value, Message) else value for name, value in sentence.arguments.items()
    }
    return template.format(**filled) if filled else template


def use_language(language: str) -> None:
    """Choose the language of everything said from now on; an unknown one is an error of the caller."""
    global _language  # noqa: PLW0603 - one reader sits before one screen
    if language not in LANGUAGES:
        raise ValueError(language)
    _language = language


def language() -> str:
    """The language in use."""
    return _language


def system_language() -> str:
    """The language the system asks for, as far as labclient speaks it."""
    asked = environ.get("LABCLIENT_LANGUAGE") or environ.get("LC_ALL") or environ.get("LC_MESSAGES")
    asked = asked or environ.get("LANG") or getlocale()[0] or ""
    return "zh_CN" if asked.lower().startswith(("zh", "chinese")) else "en"


@cache
def _catalogue(language: str) -> GNUTranslations | NullTranslations:
    return translation(DOMAIN, TRANSLATIONS, [language], fallback=True)
