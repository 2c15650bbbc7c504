"""Group related articles into policies and their editions, independently of the order of arrival.

The strongest relations join first, all of the same strength at once. An article that would join two
contradictory groups joins neither and is reported. Only articles connected by joining relations influence
each other, so grouping a connected neighbourhood gives the same result as grouping the whole archive.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from attrs import frozen

from pipelines.dedupe.comparison_profile import ComparisonProfile
from policy.records.saves import EARLIER_VERSION, Relation

Key = str
"""The identity of an article that does not depend on arrival: its portal and its key there."""
Cluster = frozenset[Key]
Conflicts = Collection[frozenset[Key]]
"""Pairs of articles with evidence that they are two policies."""
Edges = Mapping[frozenset[Cluster], float]
"""Pairs of clusters to join, with the greatest containment of a joining relation between them."""
MARGIN = 0.1
"""Containments in two clusters that differ by less are equal, so the text belongs to neither."""


class Clusters:
    """Clusters that are merged step by step. ``between`` are those that match several others; they do not
    grow."""

    def __init__(self, clusters: Iterable[Cluster]) -> None:
        self.between: dict[Cluster, tuple[Key, ...]] = {}
        self.clusters = set(clusters)

    def of(self) -> dict[Key, Cluster]:
        """The cluster of each article."""
        return {key: cluster for cluster in self.clusters for key in cluster}

    def merge(self, clusters: Collection[Cluster]) -> Cluster:
        """Merge these clusters."""
        merged = frozenset[Key]().union(*clusters)
        self.clusters.difference_update(clusters)
        self.clusters.add(merged)
        return merged

    def keep_apart(self, cluster: Cluster, others: Iterable[Cluster]) -> None:
        """Record that a cluster matches several others equally well."""
        self.between[cluster] = tuple(sorted(min(other) for other in others))

    def join(
        self, pairs: Mapping[tuple[Key, Key], float], conflicts: Conflicts, *, telling: bool = False
    ) -> None:
        """Merge what these pairs connect, except contradictory components. ``telling``: a cluster between two
        others is kept apart permanently."""
        place = self.of()
        edges: dict[frozenset[Cluster], float] = {}
        for (left, right), share in pairs.items():
            one, other = place[left], place[right]
            if one is not other and self.between.keys().isdisjoint((one, other)):
                edge = frozenset((one, other))
                edges[edge] = max(share, edges.get(edge, 0.0))
        live = [pair for pair in conflicts if len({place[key] for key in pair}) > 1]
        for component in components({cluster for edge in edges for cluster in edge}, edges):
            if not live:
                self.merge(component)
                continue
            inner = {edge: share for edge, share in edges.items() if edge <= component}
            self._resolve(component, inner, live, telling=telling)

    def _resolve(
        self,
        component: frozenset[Cluster],
        edges: Edges,
        conflicts: Conflicts,
        *,
        telling: bool,
    ) -> None:
        """Join a component; where it holds contradictions, those who contradict each other hold their own,
        and what is like several of them alike is kept apart; they are, where it has more articles."""
        place = {key: cluster for cluster in component for key in cluster}
        clashing = [pair for pair in conflicts if pair <= place.keys()]
        if not clashing:
            self.merge(component)
            return
        stubborn = {place[key] for pair in clashing for key in pair}
        camps = [camp for some in components(stubborn, edges) for camp in _camps(some, edges, clashing)]
        near = {rest: _nearest(rest, camps, edges) for rest in components(component - stubborn, edges)}
        grown = {camp: camp.union(*(rest for rest in near if near[rest] == [camp])) for camp in camps}
        outvoted: defaultdict[frozenset[Cluster], list[Cluster]] = defaultdict(list)
        for rest, theirs in near.items():
            if len(theirs) == 1:
                continue
            merged = self.merge(rest)
            if telling and _articles(rest) > sum(_articles(grown[camp]) for camp in theirs):
                for camp in theirs:
                    outvoted[camp].append(merged)
            elif telling:
                self.keep_apart(merged, (min(camp, key=min) for camp in theirs))
        for camp, whole in grown.items():
            merged = self.merge(whole)
            if camp in outvoted:
                self.keep_apart(merged, outvoted[camp])


def _camps(some: frozenset[Cluster], edges: Edges, clashing: Conflicts) -> list[frozenset[Cluster]]:
    """Connected clusters that contradict others: one camp, unless they contradict each other. Then those
    that contradict most leave it, so that one bad page parts no others; where all do alike, each is alone."""
    place = {key: cluster for cluster in some for key in cluster}
    inside = [pair for pair in clashing if pair <= place.keys()]
    if not inside:
        return [some]
    counts = Counter(cluster for pair in inside for cluster in {place[key] for key in pair})
    most = max(counts.values())
    loud = frozenset(cluster for cluster in some if counts[cluster] == most)
    if loud == some:
        return [frozenset((cluster,)) for cluster in sorted(some, key=min)]
    parts = [part for left in (some - loud, loud) for part in components(left, edges)]
    return [camp for part in parts for camp in _camps(part, edges, clashing)]


def _nearest(
    rest: frozenset[Cluster], camps: Collection[frozenset[Cluster]], edges: Edges
) -> list[frozenset[Cluster]]:
    """The camps that something joins these clusters with, and with no other more clearly."""
    shares: dict[frozenset[Cluster], float] = {}
    for edge, share in edges.items():
        for camp in camps if edge & rest else ():
            if edge & camp:
                shares[camp] = max(share, shares.get(camp, 0.0))
    best = max(shares.values(), default=0.0)
    return [camp for camp in camps if shares.get(camp, -1.0) >= best - MARGIN]


def _articles(clusters: Collection[Cluster]) -> int:
    return sum(map(len, clusters))


def components(
    nodes: Collection[Cluster], edges: Iterable[Collection[Cluster]]
) -> Iterator[frozenset[Cluster]]:
    """The connected components of a graph, in a stable order."""
    near: defaultdict[Cluster, set[Cluster]] = defaultdict(set)
    for one, other in map(tuple, edges):
        if one in nodes and other in nodes:
            near[one].add(other)
            near[other].add(one)
    left = set(nodes)
    for start in sorted(nodes, key=min):
        if start not in left:
            continue
        reached, waiting = {start}, [start]
        while waiting:
            fresh = near[waiting.pop()] - reached
            reached |= fresh
            waiting.extend(fresh)
        left -= reached
        yield frozenset(reached)


Relations = Mapping[tuple[Key, Key], Relation]


@frozen(kw_only=True)
class GroupMember:
    """The facts of an article that grouping needs: ``names`` where it has a document's title, and
    its days."""

    names: frozenset[str] = frozenset()
    draft: bool = False
    revised: dt.date | None = None
    day: dt.date | None = None


@frozen(kw_only=True)
class Edition:
    """The articles of one edition in the order of their keys, and its day."""

    articles: tuple[Key, ...]
    day: dt.date | None = None
    draft: bool = False


@frozen(kw_only=True)
class Group:
    """A policy: its editions, the earliest first. ``between``: one article of each policy that it matches
    equally well; it is kept apart from all of them."""

    editions: tuple[Edition, ...]
    between: tuple[Key, ...] = ()

    @property
    def articles(self) -> frozenset[Key]:
        """All articles of the policy."""
        return frozenset(article for edition in self.editions for article in edition.articles)


def grouping_member(sheet: ComparisonProfile) -> GroupMember:
    """The facts that grouping needs from a comparison profile."""
    return GroupMember(
        names=sheet.title.names if sheet.title.formal else frozenset(),
        draft=sheet.title.draft,
        revised=sheet.revised,
        day=sheet.day,
    )


def group_articles(members: Mapping[Key, GroupMember], relations: Relations) -> tuple[Group, ...]:
    """The policies of these articles, in the order of their first keys."""
    inside = {
        (left, right): found
        for (left, right), found in relations.items()
        if left in members and right in members
    }
    joining = {pair: found for pair, found in inside.items() if found.joins}
    policies = {frozenset(pair) for pair, found in inside.items() if found.conflict}
    policies -= _bridged(joining, policies)
    texts = policies | {frozenset(pair) for pair, found in inside.items() if found.differs}
    whole = _pairs(joining, lambda found: found.kind == "same")
    numbered = _pairs(joining, lambda found: found.strength == 3 and found.kind != "edition")
    state = Clusters(frozenset((key,)) for key in members)
    for pairs in (numbered, whole):
        state.join(pairs, texts)
    worded = frozenset(state.clusters)
    editions = dict.fromkeys(_pairs(joining, lambda found: found.kind == "edition"), 1.0)
    state.join(editions, policies, telling=True)
    for pairs in (numbered, whole):
        state.join(pairs, texts, telling=True)
    leaning = _leaning(joining)
    _attach(state, leaning, members, policies)
    revised = {key for pair, found in joining.items() if found.kind == "edition" for key in pair}
    groups = [
        Group(
            editions=_editions(policy, worded, revised, leaning, members),
            between=state.between.get(policy, ()),
        )
        for policy in state.clusters
    ]
    return tuple(sorted(groups, key=lambda each: min(each.articles)))


def _pairs(joining: Relations, wanted: Callable[[Relation], bool]) -> dict[tuple[Key, Key], float]:
    return {pair: found.containment for pair, found in joining.items() if wanted(found)}


def _bridged(joining: Relations, conflicts: Conflicts) -> set[frozenset[Key]]:
    """The contradictions between what one article says and what it said before: reprints of two editions."""
    partners: defaultdict[Key, set[Key]] = defaultdict(set)
    earlier = set[frozenset[Key]]()
    for (left, right), found in joining.items():
        partners[left].add(right)
        partners[right].add(left)
        if found.strength == EARLIER_VERSION:
            earlier.add(frozenset((left, right)))
    revised = {key for pair in earlier for key in pair}
    return {
        pair
        for pair in conflicts
        for key in frozenset[Key]().union(*(partners[each] for each in pair)) & revised
        if any(frozenset((key, each)) in earlier for each in pair) and pair <= partners[key]
    }


# ------------------------------------------------------------------ partial texts


def _leaning(joining: Relations) -> dict[Key, dict[Key, float]]:
    """Who is known by whom: an excerpt by the whole it is of, an annotated text by the text itself."""
    leaning: defaultdict[Key, dict[Key, float]] = defaultdict(dict)
    for (left, right), found in joining.items():
        if found.kind in {"excerpt", "part", "annotated"}:
            leans, on = (left, right) if found.side == "left" else (right, left)
            leaning[leans][on] = found.containment
    return leaning


def _attach(
    state: Clusters,
    leaning: Mapping[Key, Mapping[Key, float]],
    members: Mapping[Key, GroupMember],
    conflicts: Collection[frozenset[Key]],
) -> None:
    """Put excerpts and parts to the one policy that they are of, round by round: of two wholes that turn
    out to be one, an excerpt is no longer torn between them. Nor is one between a whole and what is torn
    between the same whole and others that are."""
    best = _best(leaning, {key for cluster in state.between for key in cluster})
    while True:
        place = state.of()
        wanted = {
            cluster: targets
            for cluster in state.clusters
            if cluster not in state.between and (targets := _targets(cluster, place, best))
        }
        single = {cluster: next(iter(targets)) for cluster, targets in wanted.items() if len(targets) == 1}
        apart = _Apart(place, members, conflicts)
        edges = _fitting(single, apart) or _led(wanted, apart)
        if not edges:
            break
        for component in components({cluster for edge in edges for cluster in edge}, edges):
            state.merge(component)
    for cluster, targets in wanted.items():
        state.keep_apart(cluster, targets)


def _best(leaning: Mapping[Key, Mapping[Key, float]], between: Collection[Key]) -> dict[Key, tuple[Key, ...]]:
    """The others that an article leans on no less than on any."""
    found: dict[Key, tuple[Key, ...]] = {}
    for key, leans in leaning.items():
        shares = {on: share for on, share in leans.items() if on not in between}
        most = max(shares.values(), default=0.0)
        found[key] = tuple(on for on, share in shares.items() if share >= most - MARGIN)
    return found


def _targets(
    cluster: Cluster, place: Mapping[Key, Cluster], best: Mapping[Key, Sequence[Key]]
) -> set[Cluster]:
    """The other policies that articles of a cluster lean on no less than on any."""
    return {place[on] for key in cluster for on in best.get(key, ())} - {cluster}


def _led(wanted: Mapping[Cluster, Collection[Cluster]], apart: _Apart) -> list[frozenset[Cluster]]:
    """Who goes to the one policy that all it leans on leads to: excerpts lean on each other too. What does
    not fit there leads nowhere else either."""
    torn = {cluster: targets for cluster, targets in wanted.items() if len(targets) > 1}
    while True:
        single = {cluster: next(iter(ends)) for cluster, ends in _ends(torn).items() if len(ends) == 1}
        edges = _fitting(single, apart)
        if len(edges) == len(single):
            return edges
        stay = single.keys() - {cluster for edge in edges for cluster in edge}
        torn = {cluster: targets for cluster, targets in torn.items() if cluster not in stay}


def _ends(torn: Mapping[Cluster, Collection[Cluster]]) -> Mapping[Cluster, set[Cluster]]:
    """The clusters that are not torn to which each that is leads, through whatever lies between."""
    leaning: defaultdict[Cluster, list[Cluster]] = defaultdict(list)
    for cluster, targets in torn.items():
        for target in targets:
            leaning[target].append(cluster)
    found: defaultdict[Cluster, set[Cluster]] = defaultdict(set)
    for end in leaning.keys() - torn.keys():
        waiting = [end]
        while waiting:
            fresh = [cluster for cluster in leaning[waiting.pop()] if end not in found[cluster]]
            waiting += fresh
            for cluster in fresh:
                found[cluster].add(end)
    return found


class _Apart:
    """Whether something shows that two clusters are two policies: a contradiction, or their names."""

    def __init__(
        self,
        place: Mapping[Key, Cluster],
        members: Mapping[Key, GroupMember],
        conflicts: Collection[frozenset[Key]],
    ) -> None:
        self._members = members
        self._opposed: set[frozenset[Cluster]] = {frozenset(place[key] for key in pair) for pair in conflicts}
        self._names: dict[Cluster, frozenset[str]] = {}

    def __call__(self, one: Cluster, other: Cluster) -> bool:
        """Of clusters of the same round."""
        opposed = frozenset((one, other)) in self._opposed
        return opposed or _named_otherwise(self._named(one), self._named(other))

    def _named(self, cluster: Cluster) -> frozenset[str]:
        if cluster not in self._names:
            self._names[cluster] = frozenset[str]().union(*(self._members[key].names for key in cluster))
        return self._names[cluster]


def _fitting(single: Mapping[Cluster, Cluster], apart: _Apart) -> list[frozenset[Cluster]]:
    """Who goes to its target: nothing shows that it is another policy, nor than what else would go there."""
    going: defaultdict[Cluster, list[Cluster]] = defaultdict(list)
    for cluster, target in single.items():
        if not apart(cluster, target):
            going[target].append(cluster)
    return [
        frozenset((cluster, target))
        for target, clusters in going.items()
        for cluster in clusters
        if not any(apart(cluster, other) for other in clusters if other != cluster)
    ]


@lru_cache(maxsize=4096)
def _named_otherwise(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both bear titles of documents, and not one in common."""
    return bool(one and other) and not any(
        mine in theirs or theirs in mine for mine in one for theirs in other
    )


# ------------------------------------------------------------------ editions


def _editions(
    policy: Cluster,
    texts: Collection[Cluster],
    revised: Collection[Key],
    leaning: Mapping[Key, Mapping[Key, float]],
    members: Mapping[Key, GroupMember],
) -> tuple[Edition, ...]:
    """A policy's editions: the texts of which something shows that they are editions, each with the parts
    that are best contained in it; one of all where nothing shows it."""
    inside = [text for text in texts if text <= policy]
    place = {key: text for text in inside for key in text}
    bases = sorted((text for text in inside if not text.isdisjoint(revised)), key=min) or [policy]
    editions: defaultdict[Cluster, set[Key]] = defaultdict(set)
    for text in inside:
        home = _home(text, place, leaning, set()) if len(bases) > 1 else bases[0]
        editions[home if home in bases else bases[0]] |= text
    made = [_edition(articles, members) for articles in editions.values()]
    return tuple(sorted(made, key=lambda each: (not each.draft, each.day or dt.date.max, each.articles)))


def _home(
    text: Cluster,
    place: Mapping[Key, Cluster],
    leaning: Mapping[Key, Mapping[Key, float]],
    seen: set[Cluster],
) -> Cluster:
    """The text that a part is of, or itself."""
    shares = [
        (share, min(place[on]), place[on])
        for key in text
        for on, share in leaning.get(key, {}).items()
        if on in place and place[on] is not text and place[on] not in seen
    ]
    if not shares:
        return text
    best = max(share for share, _, _ in shares)
    whole = min((first, whole) for share, first, whole in shares if share == best)[1]
    return _home(whole, place, leaning, seen | {text})


def _edition(articles: Collection[Key], members: Mapping[Key, GroupMember]) -> Edition:
    revised = [day for key in articles if (day := members[key].revised)]
    days = [day for key in articles if (day := members[key].day)]
    return Edition(
        articles=tuple(sorted(articles)),
        day=min(revised or days, default=None),
        draft=all(members[key].draft for key in articles),
    )
