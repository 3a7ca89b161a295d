"""Understands phone numbers, email addresses, postcodes and NHS numbers, also within a sentence."""

from __future__ import annotations

import re

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import Leniency, PhoneNumber, PhoneNumberFormat, PhoneNumberMatcher
from stdnum.gb import nhs

from bot.prescreen.texts import words
from bot.prescreen.understanding.plain import tidy
from bot.prescreen.understanding.result import NotUnderstood, Understood

_LONGEST = 300  # letters; nothing asked for here is longer
_EMAIL = re.compile(r"[^\s<>,;:()\"]+@[^\s<>,;:()\"]+")
_BRITISH_LENGTH = len("+447700900123")
_SAME_NUMBER = re.compile(r"[\s().–-]+")

# The forms of a UK postcode: GOV.UK, "ILR specification", appendix C (areas, districts, units).
_OUTWARD = (
    r"(?:[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9]{1,2}"
    r"|[0-9][A-HJKPS-UW]|[A-HK-Y][0-9][ABEHMNPRVWXY]))"
)
_POSTCODE = re.compile(rf"(GIR\s?0AA|{_OUTWARD}\s*[0-9O]\s*[ABD-HJLNP-UW-Z]{{2}})")
_POSTCODE_LIKE = re.compile(r"\b[A-Z]{1,2}[0-9][A-Z0-9]?\b", re.IGNORECASE)


def read_phone(text: str) -> Understood | NotUnderstood:
    """A phone number in E.164, such as "+447700900123". A number without a country is British.

    Reasons: unclear, not_valid, several.
    """
    said = tidy(text)[:_LONGEST]
    found = {
        phonenumbers.format_number(match.number, PhoneNumberFormat.E164): match.number
        for match in PhoneNumberMatcher(said, "GB", leniency=Leniency.POSSIBLE)
    }
    valid = [number for number, parsed in found.items() if _is_real(number, parsed)]
    if len(valid) > 1:
        return NotUnderstood("several")
    if valid:
        return Understood(valid[0])
    if sum(character.isdigit() for character in said) >= 5:
        return NotUnderstood("not_valid")
    return NotUnderstood("unclear")


def show_phone(number: str) -> str:
    """A kept number as people write it: British ones without the country code."""
    parsed = phonenumbers.parse(number)
    british = parsed.country_code == 44
    form = PhoneNumberFormat.NATIONAL if british else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, form)


def read_email(text: str) -> Understood | NotUnderstood:
    """An email address, checked for its form only: no look-up is made.

    Reasons: unclear, not_valid, several.
    """
    said = f" {tidy(text)[:_LONGEST]} "
    if "@" not in said:
        for spoken, sign in words().email.items():
            said = re.sub(re.escape(spoken), sign, said, flags=re.IGNORECASE)
    said = re.sub(r"\s*@\s*", "@", said)
    found = list(dict.fromkeys(match.strip(".!?'") for match in _EMAIL.findall(said)))
    if len(found) > 1:
        return NotUnderstood("several")
    if not found:
        return NotUnderstood("not_valid" if "@" in said else "unclear")
    try:
        checked = validate_email(found[0], check_deliverability=False)
    except EmailNotValidError:
        return NotUnderstood("not_valid")
    return Understood(checked.normalized)


def read_postcode(text: str) -> Understood | NotUnderstood:
    """A UK postcode, such as "RG1 1AA". Reasons: unclear, not_valid."""
    said = re.sub(r"[^A-Z0-9 ]", " ", tidy(text)[:_LONGEST].upper())
    said = " ".join(said.split())
    match = re.search(rf"(?<![A-Z0-9]){_POSTCODE.pattern}(?![A-Z0-9])", said)
    if match is None:
        match = _POSTCODE.fullmatch(said.replace(" ", ""))
    if match is None:
        like = _POSTCODE_LIKE.search(said) is not None
        return NotUnderstood("not_valid" if like else "unclear")
    letters = match.group(1).replace(" ", "")
    outward, inward = letters[:-3], letters[-3:]
    return Understood(f"{outward} {inward[0].replace('O', '0')}{inward[1:]}")


def read_nhs_number(text: str) -> Understood | NotUnderstood:
    """An NHS number as ten digits, its last one checked (modulus 11).

    Reasons: unclear, length, not_valid.
    """
    said = _SAME_NUMBER.sub("", tidy(text)[:_LONGEST])
    runs = re.findall(r"[0-9]+", said)
    if not runs:
        return NotUnderstood("unclear")
    digits = max(runs, key=len)
    if len(digits) != 10:
        return NotUnderstood("length", {"digits": str(len(digits))})
    if not nhs.is_valid(digits):
        return NotUnderstood("not_valid")
    return Understood(digits)


def show_nhs_number(number: str) -> str:
    """A kept NHS number as it is printed: "943 476 5919"."""
    return str(nhs.format(number))


def _is_real(number: str, parsed: PhoneNumber) -> bool:
    drama = number.startswith(words().drama_numbers) and len(number) == _BRITISH_LENGTH
    return drama or phonenumbers.is_valid_number(parsed)
