"""What is said of registers, the ladder and instructions, in the words of the office."""

CLASSES = {
    "consistent": "All agrees",
    "foreigner_card": "Foreigner with a residence card",
    "minor": "Of a child",
    "too_many": "More numbers than go without a contract",
    "name_differs": "Another name than in the population register",
    "birthdate_differs": "Another birth date than there",
    "deceased": "The holder has died",
    "not_compared": "Not compared: too much that differs was said of one ID number",
    "no_such_person": "Nobody has this ID number",
    "nine_digit_card": "An old card with nine digits",
    "foreigner_passport": "Foreigner with a passport",
    "undetermined": "Nationality not determined",
    "organisation": "Of an organisation",
    "incomplete": "Data are missing",
    "machine": "Of a device",
    "duplicate": "The number stands there twice",
    "malformed": "The row cannot be read",
}
"""Of rows; the one with which all is in order first."""
JUNK = {
    "nine_digit_card": 40,
    "name_differs": 30,
    "birthdate_differs": 25,
    "incomplete": 25,
    "organisation": 25,
    "no_such_person": 20,
    "machine": 20,
    "malformed": 15,
    "foreigner_passport": 15,
    "duplicate": 10,
    "too_many": 10,
    "undetermined": 5,
}
"""Of a thousand holders, of how many the rows are of such a class if nobody says otherwise."""
NEXT_STEPS = {
    "consistent": "Have its holder confirm it in the identity app or at us, in the time of the law.",
    "foreigner_card": "Nothing: the immigration register knows them.",
    "minor": "A parent or guardian confirms it.",
    "too_many": "A contract at one of our shops.",
    "name_differs": "Ask for the card and set the name right.",
    "birthdate_differs": "Ask for the card and set the date right.",
    "deceased": "Let the family take it over, or end it.",
    "not_compared": "Ask for the card: of its ID number the register says several things that differ.",
    "no_such_person": "Ask for the card: the number is wrong or invented.",
    "nine_digit_card": "Ask for the new card and a face.",
    "foreigner_passport": "Have them come with the passport.",
    "undetermined": "Have them come with their papers.",
    "organisation": "Authenticate whoever uses it.",
    "incomplete": "Ask for what is missing.",
    "machine": "Nothing: nobody speaks with it.",
    "duplicate": "Strike out one of the two rows.",
    "malformed": "Mend the row; the error file says where.",
}
OUTCOMES = {
    "added": "New",
    "changed": "Something else is told of it",
    "recycled": "Another holder, or begun anew",
    "returned": "There again",
    "unchanged": "As before",
    "missing": "Not there any more",
}
STEPS = {"notice": "Notice", "one_way": "Cut off one way", "two_way": "Cut off both ways", "ended": "Ended"}
STATES = {
    "verified": "Holder authenticated",
    "confirmed": "Holder says that it is theirs",
    "registered": "Nobody asked yet",
    "asked": "Holder was told",
    "disputed": "Disputed",
    "disowned": "Holder says that it is not theirs",
    "one_way": "Cut off one way",
    "two_way": "Cut off both ways",
    "ended": "Ended",
    "recycled": "Given to somebody else",
}
"""Of numbers, from the best to the last."""
KINDS = {
    "notify": "Tell the subscriber what is to come",
    "ask_face": "Ask the subscriber for their face",
    "cut_outgoing": "Stop what goes out, but emergency calls",
    "cut_both": "Stop what goes out and what comes in",
    "end": "End the contract",
    "restore": "Let everything work again",
    "decide": "Say whose the number is",
}
SHORT_KINDS = {
    "notify": "Notice",
    "ask_face": "Face asked for",
    "cut_outgoing": "Cut off one way",
    "cut_both": "Cut off both ways",
    "end": "End of the contract",
}
"""The same on a line; nothing that comes is a restoration."""
TRIGGERS = {
    "device_change": "another phone",
    "clean_up_2026": "never confirmed",
    "nine_digit_card": "registered with a nine-digit card",
    "disowned": "the data do not agree, or somebody says that it is not theirs",
    "foreigner_passport": "registered with a foreign passport",
    "first_passport_number": "the first number on a passport",
    "disputed": "two people say that it is theirs",
}
REFUSALS = {
    "not_our_number": "The number is not with us any more",
    "lawful_order": "An authority ordered otherwise",
    "holder_proved": "The holder was authenticated meanwhile",
    "technical": "Our systems cannot do it",
}
ANSWERS = {"done": "done", "refused": "refused", "superseded": "settled with a later one"}
STAGES = {"making": "The file is being made", "sending": "It is on its way", "reading": "The provider reads it"}
PROBLEMS = {
    "unreachable": "The identity provider does not answer. Nothing was lost: hand in the same register again.",
    "upload_under_way": "Another register of ours is being read. Wait for its end, and hand in this one again.",
    "too_many_uploads": "We have handed in as many registers today as one may. Go on tomorrow.",
    "interrupted": "Sóng was stopped in the middle. Hand in the same register again: it goes on where it stood.",
    "failed": "The provider could not read the file to its end. What it read counts.",
}
