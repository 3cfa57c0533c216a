"""What the steps of an assessment and of a referral are called where they are told as a story."""

from __future__ import annotations

ASSESSMENT_WORDS = {
    "begun": "Започна предварителна оценка",
    "filled": "Попълнена",
    "urgent": "Отбелязана като спешна",
    "not_urgent": "Вече не е спешна",
    "paused": "Срокът на оценката е спрян",
    "resumed": "Срокът на оценката продължава",
    "handed": "Оценката е предадена",
    "note": "Бележка по оценката",
    "submitted": "Дадена за преглед",
    "returned": "Върната за поправка",
    "done": "Оценката е изготвена",
    "reissued": "Нов екземпляр на оценката",
    "cancelled": "Оценката е прекратена",
    "replaced": "Оценката е заменена с нова",
}
REFERRAL_WORDS = {
    "chosen": "Избрана услуга",
    "sent": "Изпратено на доставчика",
    "accepted": "Доставчикът прие",
    "waiting": "В листата на чакащите",
    "declined": "Доставчикът отказа",
    "offered": "Предложено място",
    "offer_taken": "Предложението е прието",
    "offer_passed": "Предложението е отказано, чака друго",
    "offer_lapsed": "Предложението изтече",
    "dates": "Дати от доставчика",
    "started": "Ползва услугата",
    "prolonged": "Продължено",
    "ended": "Приключи",
    "withdrawn": "Оттеглено",
    "priority": "Предимство",
    "paused": "Срокът е спрян",
    "resumed": "Срокът продължава",
    "handed": "Предадено на колега",
    "note": "Бележка",
    "said": "Съобщение от доставчика",
    "asked": "Въпрос за резултата",
    "answered": "Отговор за резултата",
}
