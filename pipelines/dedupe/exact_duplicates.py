"""Find the policy of an article among exact duplicates: the same number or the same text.

A reprint joins the policy with its issuer and 发文字号, or with its folded text, when exactly one policy
matches. Where the keys point at several policies, or the same text has another number, nothing is joined: two
policies kept apart are easily merged later, two merged ones are hard to separate.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from policy.records import Article
from policy.records.saves import Candidate, Decision


def decide_policy(article: Article, candidates: Sequence[Candidate]) -> Decision:
    """The only policy that the article repeats, or None; ``evidence`` gives the reason."""
    if not candidates:
        return Decision(policy_id=None, evidence="No known policy has this number or these words.")
    policies = {candidate.policy_id for candidate in candidates}
    numbered = {found.policy_id for found in candidates if found.key.startswith("doc:")}
    worded = {found.policy_id for found in candidates if found.key.startswith("words:")}
    both = numbered & worded
    if len(both) == 1 and numbered == both:
        return _same(article, both.pop(), candidates)
    if len(policies) > 1:
        return Decision(policy_id=None, evidence=f"Kept apart, ambiguous: {_pointing(candidates)}.")
    other = _other_numbers(article, candidates)
    if worded and not numbered and other:
        return Decision(
            policy_id=None,
            evidence=f"Kept apart, ambiguous: the same words as policy {policies.pop()}, "
            f"but the number is {_own(article)}, not {', '.join(other)}.",
        )
    return _same(article, policies.pop(), candidates)


def _same(article: Article, policy: int, candidates: Sequence[Candidate]) -> Decision:
    kinds = {found.key.partition(":")[0] for found in candidates if found.policy_id == policy}
    reasons = {"doc": f"the same issuer and number ({_own(article)})", "words": "the same words"}
    told = " and ".join(reasons[kind] for kind in ("doc", "words") if kind in kinds)
    return Decision(policy_id=policy, evidence=f"Policy {policy}: {told}.")


def _own(article: Article) -> str | None:
    return article.doc_no.value.norm if article.doc_no else None


def _other_numbers(article: Article, candidates: Sequence[Candidate]) -> list[str]:
    """Numbers known of the candidates, if the article has one and it is not among them."""
    known = sorted({number for found in candidates for number in found.doc_nos})
    return known if _own(article) and known and _own(article) not in known else []


def _pointing(candidates: Sequence[Candidate]) -> str:
    """``the number points at policy 3, the words at policy 5``."""
    ways: defaultdict[str, set[int]] = defaultdict(set)
    for found in candidates:
        ways["number" if found.key.startswith("doc:") else "words"].add(found.policy_id)
    told = (
        f"the {way} point{'s' if way == 'number' else ''} at {_named(policies)}"
        for way, policies in sorted(ways.items())
    )
    return ", ".join(told)


def _named(policies: set[int]) -> str:
    return f"{'policies' if len(policies) > 1 else 'policy'} {', '.join(map(str, sorted(policies)))}"
