"""Pages of articles in two templates, and error pages."""

from __future__ import annotations

from collections.abc import Sequence

from simulation.world import Paper

CHALLENGE = (
    '<html><head><meta name="aliyun_waf_aa" content="1"><title>Verification</title></head><body>'
    "<script>var arg1='5B21F0';document.cookie='acw_sc__v2=1';</script>"
    '<textarea id="renderData" style="display:none">{}</textarea></body></html>'
)
BROKEN = "<html><head><title>500</title></head><body><h1>Internal Server Error</h1></body></html>"
MISSING = "<html><head><title>404</title></head><body><p>您访问的页面不存在</p></body></html>"


def table_page(paper: Paper, clauses: Sequence[str], *, label: str, container: str, visitor: str) -> str:
    """A label table above the body; ``label`` is its name of the 发文字号."""
    cells = {
        "索引号": f"SIM-{paper.number}",
        "发文机关": "模拟市人民政府",
        label: paper.doc_no,
        "成文日期": _day(paper),
        "发布日期": _day(paper),
    }
    rows = "".join(f"<tr><td>{name}：</td><td>{value}</td></tr>" for name, value in cells.items())
    return _page(
        paper.title,
        f'<h1>{paper.title}</h1><table class="info">{rows}</table>'
        f'<div id="{container}">{_paragraphs(clauses)}</div>',
        visitor=visitor,
    )


def meta_page(paper: Paper, clauses: Sequence[str], *, container: str, visitor: str) -> str:
    """Metas in the head; the number at the end of the title."""
    title = f"{paper.title}（{paper.doc_no}）"
    metas = {
        "ArticleTitle": title,
        "PubDate": f"{paper.day} 09:30:00",
        "ContentSource": "模拟市人民政府办公室",
    }
    head = "".join(f'<meta name="{name}" content="{value}">' for name, value in metas.items())
    body = f'<h1>{title}</h1><div class="{container}">{_paragraphs(clauses)}</div>'
    return _page(title, body, head=head, visitor=visitor)


def _page(title: str, body: str, *, visitor: str, head: str = "") -> str:
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{title}_模拟政府网</title>{head}</head>'
        "<body>"
        '<div class="nav"><a href="/">首页</a><a href="/tz/">通知</a><a href="/jd/">解读</a></div>'
        f'{body}<div class="footer"><p>主办：模拟市人民政府办公室　{visitor}</p></div></body></html>'
    )


def _paragraphs(clauses: Sequence[str]) -> str:
    return "\n".join(f"<p>　　{clause}</p>" for clause in clauses)


def _day(paper: Paper) -> str:
    return f"{paper.day.year}年{paper.day.month}月{paper.day.day}日"
