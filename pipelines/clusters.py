"""Clusters of articles that grow together unless something contradicts it, in no order at all."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

Key = str
"""What names an article whenever it came: its portal and its key there."""
Cluster = frozenset[Key]
Conflicts = Collection[frozenset[Key]]
"""Pairs of articles that something shows to be two."""
Edges = Mapping[frozenset[Cluster], float]
"""Clusters that something joins, and how much of the shorter text is in the longer at most."""
MARGIN = 0.1
"""What is in two texts alike, within this, is of neither."""


class Clusters:
    """Clusters that grow. ``between`` are those that lie between others: these grow no more."""

    def __init__(self, clusters: Iterable[Cluster]) -> None:
        self.between: dict[Cluster, tuple[Key, ...]] = {}
        self.clusters = set(clusters)

    def of(self) -> dict[Key, Cluster]:
        """The cluster of each article."""
        return {key: cluster for cluster in self.clusters for key in cluster}

    def merge(self, clusters: Collection[Cluster]) -> Cluster:
        """Make one of them."""
        merged = frozenset[Key]().union(*clusters)
        self.clusters.difference_update(clusters)
        self.clusters.add(merged)
        return merged

    def keep_apart(self, cluster: Cluster, others: Iterable[Cluster]) -> None:
        """Remember that it matches several alike."""
        self.between[cluster] = tuple(sorted(min(other) for other in others))

    def join(
        self, pairs: Mapping[tuple[Key, Key], float], conflicts: Conflicts, *, telling: bool = False
    ) -> None:
        """Join all that these pairs connect, but for what contradicts itself; ``telling``: what lies between
        two is kept apart for good."""
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
    """What the edges between these nodes connect, in a stable order."""
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
