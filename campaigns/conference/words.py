"""The words of a certificate of attendance, in each language it is made in.

They are here and not among the translations of the portal: a guest from abroad gets the paper in
English whatever languages the portal itself is read in.
"""

from __future__ import annotations

from campaigns.models import CampaignEvent
from campaigns.registering.models import Registration

Part, Kind = Registration.Part, CampaignEvent.Kind

CERTIFICATE = {
    "bg": {
        "municipality": "Община {name}",
        "title": "Удостоверение за участие",
        "heading": "УДОСТОВЕРЕНИЕ",
        "page_words": ["стр.", "от"],
        "given_to": "Издава се на",
        "for_words": "за участие като {part} в събитието",
        "facts_heads": ["За събитието", "Записано"],
        "held": "Проведено",
        "kind": "Вид",
        "place": "Място",
        "project": "По проект",
        "contract": "Договор",
        "signed_by": "За общината",
        "check_words": "Дали удостоверението е истинско, се проверява на",
        "code_words": "с код",
        "qr_words": "QR код към страницата за проверка на удостоверението",
        "year": " г.",
    },
    "en": {
        "municipality": "Municipality of {name}",
        "title": "Certificate of attendance",
        "heading": "CERTIFICATE",
        "page_words": ["page", "of"],
        "given_to": "This is to certify that",
        "for_words": "took part as {part} in",
        "facts_heads": ["The event", "Details"],
        "held": "Held",
        "kind": "Kind",
        "place": "Place",
        "project": "Project",
        "contract": "Contract",
        "signed_by": "For the municipality",
        "check_words": "Whether this certificate is genuine can be checked at",
        "code_words": "with the code",
        "qr_words": "QR code of the page where the certificate is checked",
        "year": "",
    },
}
PARTS = {
    Part.PARTICIPANT: "a participant",
    Part.SPEAKER: "a speaker",
    Part.GUEST: "a guest",
    Part.PRESS: "a member of the press",
    Part.ORGANISER: "an organiser",
}
# As they stand on a badge.
BADGE_PARTS = {
    Part.PARTICIPANT: "Participant",
    Part.SPEAKER: "Speaker",
    Part.GUEST: "Guest",
    Part.PRESS: "Press",
    Part.ORGANISER: "Organiser",
}
KINDS = {
    Kind.MEETING: "meeting",
    Kind.FIELD_DAY: "field day",
    Kind.OPEN_DAY: "open day",
    Kind.WORKSHOP: "workshop",
    Kind.CONFERENCE: "conference",
    Kind.OTHER: "event",
}
