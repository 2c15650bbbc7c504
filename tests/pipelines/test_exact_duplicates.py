"""A reprint joins its policy by number or by words; what is ambiguous stays apart and says why."""

from __future__ import annotations

from attrs import evolve

from pipelines.dedupe.assignment import decide_policy
from policy.records import Article, FieldValue
from policy.records.content import DocNumber
from policy.records.saves import Candidate
from tests.acts import act

DOC = "doc:jn-energy:江能发〔2026〕7号"
WORDS = "words:ab12"


def article(number: int | None = None) -> Article:
    printed = f"江能发〔2026〕{number}号"
    doc_no = DocNumber(raw=printed, code="江能发", year=2026, number=number) if number else None
    return Article(
        portal="bjx",
        key="1",
        url="https://example.com/1",
        title=FieldValue(value="通知", raw="通知", rule="cell:标题"),
        text="现印发给你们。",
        doc_no=FieldValue(value=doc_no, raw=printed, rule="masthead") if doc_no else None,
    )


def known(policy: int, key: str, *numbers: int) -> Candidate:
    return Candidate(policy_id=policy, key=key, doc_nos=tuple(f"江能发〔2026〕{n}号" for n in numbers))


def test_nothing_known_is_a_new_policy() -> None:
    decision = decide_policy(article(7), [])
    assert decision.policy_id is None
    assert decision.evidence == "No known policy has this number or these words."


def test_the_same_issuer_and_number_are_the_same_policy() -> None:
    decision = decide_policy(article(7), [known(3, DOC, 7)])
    assert decision.policy_id == 3
    assert decision.evidence == "Policy 3: the same issuer and number (江能发〔2026〕7号)."


def test_the_same_number_above_other_words_stays_apart_and_says_so() -> None:
    ours = evolve(article(7), text=act(seed=1))
    other = evolve(
        article(7), text=act(seed=2), title=FieldValue(value="另一通知", raw="另一通知", rule="h1")
    )
    decision = decide_policy(ours, [evolve(known(3, DOC, 7), article=other)])
    assert decision.policy_id is None
    assert "policy 3 has the number" in decision.evidence
    same = decide_policy(ours, [evolve(known(3, DOC, 7), article=evolve(other, text=act(seed=1)))])
    assert same.policy_id == 3


def test_the_same_words_are_the_same_policy_when_either_prints_no_number() -> None:
    assert decide_policy(article(), [known(3, WORDS, 7)]).policy_id == 3
    assert decide_policy(article(7), [known(3, WORDS)]).policy_id == 3


def test_number_and_words_of_one_policy_are_both_told() -> None:
    decision = decide_policy(article(7), [known(3, DOC, 7), known(3, WORDS, 7)])
    assert decision.evidence == "Policy 3: the same issuer and number (江能发〔2026〕7号) and the same words."


def test_the_same_words_under_another_number_stay_apart() -> None:
    decision = decide_policy(article(7), [known(3, WORDS, 8)])
    assert decision.policy_id is None
    assert "the same words as policy 3" in decision.evidence
    assert "江能发〔2026〕7号, not 江能发〔2026〕8号" in decision.evidence


def test_keys_that_point_at_different_policies_stay_apart() -> None:
    decision = decide_policy(article(7), [known(3, DOC, 7), known(5, WORDS)])
    assert decision.policy_id is None
    assert decision.evidence == (
        "Kept apart, ambiguous: the number points at policy 3, the words point at policy 5."
    )


def test_words_of_several_policies_stay_apart() -> None:
    decision = decide_policy(article(), [known(3, WORDS, 7), known(5, WORDS, 8)])
    assert decision.policy_id is None
    assert decision.evidence == "Kept apart, ambiguous: the words point at policies 3, 5."


def test_the_number_decides_between_policies_of_the_same_words() -> None:
    assert (
        decide_policy(article(7), [known(3, DOC, 7), known(3, WORDS, 7), known(5, WORDS, 8)]).policy_id == 3
    )
