"""The help in Chinese: the text of each English sentence, and the formatter that prints it.

Imported only when Chinese help is asked for. A test compares the catalogue with the help of all commands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from unicodedata import east_asian_width

import typer

HELP: Mapping[str, str] = {
    # the application
    "A nightly crawler and versioned archive for Chinese policy.": "每晚抓取、逐版存档的中国政策档案库。",
    "The archive directory. [env: POLARCHIVE_HOME]": "归档目录。[环境变量：POLARCHIVE_HOME]",
    "The language of the help; defaults to that of the locale.": (
        "帮助信息的语言；默认取自系统区域设置（locale）。"
    ),
    "Log progress to stderr.": "将运行日志输出到标准错误。",
    "Show this message and exit.": "显示本帮助信息并退出。",
    # shared by several commands
    "Write JSON to stdout and nothing else.": "标准输出只写 JSON，不含其他内容。",
    "The portal's slug, as `polarchive portals` lists it.": "门户代号，见 `polarchive portals` 的列表。",
    "Words, quoted phrases, AND, OR, NOT, and the fields 文号:, 门户: and 日期:.": (
        "词语、带引号的短语、AND、OR、NOT，以及字段“文号:”“门户:”“日期:”。"
    ),
    "An article: number, portal/key or URL.": "文章：数字编号、“门户/编号”或网址。",
    "As the archive knew it at the end of this day.": "以该日结束时档案库的已知内容为准。",
    "Whether it is in force on this day; defaults to today.": "判断在该日是否有效；默认为今天。",
    "Answer requests from this WARC file or directory, never from the network.": (
        "用该 WARC 文件或目录中的内容应答请求，绝不访问网络。"
    ),
    "Only this section. May be repeated.": "只处理该栏目；可重复指定。",
    # archive
    "Search the newest version of every article.": "在每篇文章的最新版本中检索。",
    "The most policies to show.": "最多显示的政策数。",
    "The number of policies to skip.": "跳过的政策数。",
    "Show an article: its fields, and the rule that found each.": (
        "显示一篇文章的各个字段，以及提取每个字段所用的规则。"
    ),
    "The version number; defaults to the newest.": "版本号；默认为最新版本。",
    "List the versions of an article, the oldest first.": "列出一篇文章的所有版本，从旧到新。",
    "Show a policy: its articles, references in both directions, and whether it is in force.": (
        "显示一项政策：所含文章、引用与被引用关系、是否有效。"
    ),
    "The policy's number.": "政策编号。",
    "Show one clause in every version; without #CLAUSE, list the clauses of the newest version.": (
        "显示某一条款在各版本中的内容；不带 #CLAUSE 时，列出最新版本的条款。"
    ),
    "A clause by id or label; policy/7#… follows a policy's editions.": (
        "以固定编号或条款号指定条款；policy/7#… 表示追踪该政策的各个文本。"
    ),
    "Compare two versions or two articles clause by clause.": "逐条比对两个版本或两篇文章。",
    "Between the last two versions of ARTICLE, its versions A and B, or ARTICLE and another one.": (
        "可比对 ARTICLE 的最近两个版本、它的版本 A 与 B，或 ARTICLE 与另一篇文章。"
    ),
    "An article: number, portal/key or URL; append @2 for version 2.": (
        "文章：数字编号、“门户/编号”或网址；加 @2 表示第 2 版。"
    ),
    "Another article or, with B, a version number.": "另一篇文章；同时给出 B 时为版本号。",
    "The version to compare A with.": "与 A 比对的版本号。",
    "Only changes of this grade.": "只显示该类变化：实质（substantive）或形式（cosmetic）。",
    "Write a page with both texts side by side.": "生成左右对照两份文本的网页。",
    "Explain why an article belongs to its policy: related articles and decisions by hand.": (
        "说明文章为何归入所属政策：相关文章和人工决定。"
    ),
    "Join the policies of two articles. The decision overrides later automatic grouping.": (
        "合并两篇文章所属的政策。该决定优先于以后的自动归并。"
    ),
    "Split an article off its policy. The decision overrides later automatic grouping.": (
        "将一篇文章从所属政策中拆出。该决定优先于以后的自动归并。"
    ),
    "The reason; stored with the decision.": "理由；与决定一并保存。",
    "Who decides; defaults to the user name.": "决定人；默认为当前用户名。",
    "Extract records from saved pages and documents, one JSON object per line.": (
        "从已保存的网页和文档中提取记录，每行一个 JSON 对象。"
    ),
    "Saved pages: .html, .html.gz, JSON; PDF, Word.": (
        "已保存的网页：.html、.html.gz、JSON；以及 PDF、Word 文档。"
    ),
    "Extract every .html and .html.gz file in this directory.": "提取该目录下的所有 .html 和 .html.gz 文件。",
    "The URL of the page; defaults to its canonical link.": "网页的网址；默认为页内的规范链接（canonical）。",
    "A TSV or JSON file with the URL of each file.": "记有每个文件网址的 TSV 或 JSON 文件。",
    # subscribers
    "Subscribe an address to new policies that match a query.": "为一个邮箱地址订阅符合检索式的新政策。",
    "The address to send to.": "接收提醒的地址。",
    "The channel to send by.": "发送提醒的渠道。",
    "Send messages to subscribers.": "向订阅者发送消息。",
    "Match new changes against all subscriptions and send the messages that are due.": (
        "将新的变更与所有订阅匹配，并发送到期的消息。"
    ),
    # ops
    "Create the archive directory, its configuration and its database.": "创建归档目录、配置文件和数据库。",
    "Crawl one portal now, even if its domain is backed off.": "立即抓取一个门户，即使其域名正处于退避期。",
    "How far back the first crawl goes.": "首次抓取回溯到哪一天。",
    "The scheduled time (ISO 8601); portal and slot are the lease.": (
        "计划时间（ISO 8601）；以门户和计划时间作为租约。"
    ),
    "Crawl all portals now, run the consumers, send alerts, print the daily report.": (
        "立即抓取所有门户，处理变更，发送提醒，打印日报。"
    ),
    "Archive older years of a portal without notifications; without dates, continue the open backfill.": (
        "回溯抓取一个门户往年的文章，不发送通知；不指定日期时，继续未完成的回溯抓取。"
    ),
    "The portal; with --list, all portals by default.": "门户；与 --list 合用时默认为所有门户。",
    "The first day of the range.": "日期范围的第一天。",
    "The last day; defaults to the day before the nightly window.": (
        "日期范围的最后一天；默认为每晚抓取所覆盖时段的前一天。"
    ),
    "Most pages to read of each listing.": "每个列表最多读取的页数。",
    "Most requests of this run.": "本次运行的请求数上限。",
    "Most minutes of this run.": "本次运行的时长上限（分钟）。",
    "Most megabytes received by this run.": "本次运行的接收数据量上限（MB）。",
    "List the backfills, open and closed.": "列出未完成和已结束的回溯抓取。",
    "Cancel the portal's open backfill; archived articles stay.": (
        "取消该门户未完成的回溯抓取；已归档的文章保留。"
    ),
    "Import pages or WARC files that were saved by hand.": "导入人工保存的网页或 WARC 文件。",
    "Saved pages and WARC files; only of the named portal, if any.": (
        "已保存的网页和 WARC 文件；指定了门户时，只导入该门户的内容。"
    ),
    "The URL of the page; defaults to the one saved in the file.": "网页的网址；默认为文件中保存的网址。",
    "Extract a portal's stored captures again with the current code.": (
        "用当前代码重新提取一个门户已存的快照。"
    ),
    "Only captures since this day.": "只处理该日及以后的快照。",
    "Show what would change without saving it.": "只显示将有的变化，不保存。",
    "Also save extractions that lost fields or text, and end the drift alarm.": (
        "字段或正文有缺失的提取结果也保存，并解除改版告警。"
    ),
    "Notify subscribers of articles that are new to the archive.": "将档案库中新增的文章通知订阅者。",
    "Run the change-feed consumers: linking, keywords, search index and alerts.": (
        "处理变更：文章关联、关键词、检索索引和提醒。"
    ),
    (
        "A crawl, an import and a re-extraction do so at their end; "
        "reading commands never do, they say when it is needed."
    ): "抓取、导入和重新提取结束时会自动处理；读取命令从不处理，只在需要时给出提示。",
    "Manage the full-text index.": "管理全文索引。",
    "Rebuild the full-text index from the database.": "根据数据库重建全文索引。",
    "Manage the links between articles.": "管理文章之间的关联。",
    "Compare every article with all others again and regroup them.": (
        "重新将每篇文章与其他所有文章比较，并重新归并。"
    ),
    "Show what the archive contains, how the last runs ended, and open alarms.": (
        "显示档案概况、最近各次运行的结果和未解除的告警。"
    ),
    "Show the daily report: failures and what to do, stale sections, new policies, completeness.": (
        "显示日报：故障及处理办法、久未更新的栏目、新政策、完整性。"
    ),
    "The day in Shanghai; defaults to the last one with runs.": (
        "日期（北京时间）；默认为最近一个有运行记录的日期。"
    ),
    "Print Markdown.": "以 Markdown 格式输出。",
    "Show the health history of a portal: results and alarms, night by night.": (
        "显示一个门户的健康历史：每晚的结果和告警。"
    ),
    "The number of runs to show, the newest first.": "显示的运行次数，从新到旧。",
    "Accept the state of a portal: end its alarms and take the last run as normal.": (
        "确认一个门户的现状：解除其告警，并将最近一次运行视为正常。"
    ),
    "List every request of a run; --gaps checks the delays (exit code 1 if one was too short).": (
        "列出一次运行的所有请求；--gaps 检查请求间隔（有间隔过短时退出码为 1）。"
    ),
    "Run numbers; a portal's slug stands for its last run.": "运行编号；门户代号表示其最近一次运行。",
    "Show the smallest gap between two requests per host.": "按主机显示相邻两次请求的最小间隔。",
    "Stop all crawling. Running crawls finish their current requests and exit.": (
        "停止所有抓取。正在运行的抓取完成当前请求后退出。"
    ),
    "The reason; shown by status and in the runs that it ends.": "原因；显示在 status 和因此结束的运行中。",
    "Allow crawling again after a stop.": "解除 stop，重新允许抓取。",
    "Manage the database.": "管理数据库。",
    "Upgrade the tables to this release.": "将数据表升级到当前版本。",
    # portals
    "List the portals, their sections and schedules, and which of them block crawling.": (
        "列出各门户及其栏目、抓取时间，以及哪些门户拒绝抓取。"
    ),
    "Declare a new portal.": "声明新门户。",
    "Write the module and the test cases of a new portal from a template.": (
        "用模板生成新门户的模块和测试用例。"
    ),
    "The slug of the new portal.": "新门户的代号。",
    "The official name, in Chinese.": "官方中文名称。",
    "The URL of a listing page.": "列表页的网址。",
    "The class of the listing in crawler.pages.listings.": "列表所用的类，位于 crawler.pages.listings。",
    "The project's checkout.": "本项目的源码目录。",
    "Save the first listing page and some articles of a portal, with the delays of a crawl.": (
        "保存一个门户的列表首页和若干文章，请求间隔与抓取时相同。"
    ),
    "The directory to write to.": "写入的目录。",
    "Articles to save per section.": "每个栏目保存的文章数。",
    "Show or revise the boilerplate learned from a portal's pages.": (
        "显示或修正从门户网页中学到的样板文字（页头、页脚等）。"
    ),
    "This block is text: never remove it again. May be repeated.": (
        "该文本块属于正文：今后不再去除。可重复指定。"
    ),
    "Forget this block: it may be learned again. May be repeated.": (
        "不再记住该文本块：今后可能重新学到。可重复指定。"
    ),
}

_HEADINGS = {"Arguments": "参数", "Options": "选项", "Commands": "命令"}
_USAGE = {"[OPTIONS]": "[选项]", "COMMAND": "命令", "[ARGS]...": "[参数]..."}
_NOTES = {"default: ": "默认：", "required": "必填"}
_ADDED = re.compile(r"(^|  )\[.*\]$")
"""What typer adds in brackets behind the help of an option or argument, and the words in it."""

_PIECE = re.compile(r"\s+|\[[^\s\]]*\]?|[（“]*(?:[!-~]+|[^\s!-~])[，。；：、）”]*")
"""What stays on one line: a Latin word, a bracket, a character with the punctuation that belongs to it."""


class ChineseHelpFormatter(typer.Context.formatter_class):  # type: ignore[misc, valid-type]
    """Prints the sentences of the catalogue, wrapped by the columns that they take on a terminal.

    Typer's formatter is public only as an attribute of its context, which is no type to mypy.
    """

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, " ".join(_USAGE.get(word, word) for word in args.split(" ")), "用法：")

    def write_heading(self, heading: str) -> None:
        self.write(f"{'':>{self.current_indent}}{_HEADINGS[heading]}：\n")

    def write_text(self, text: str) -> None:
        width = self.width - self.current_indent
        super().write_text("\n\n".join(_wrapped(part, width) for part in text.split("\n\n")))

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        first = min(max(len(name) for name, _ in rows), col_max) + col_spacing
        width = self.width - self.current_indent - first
        super().write_dl([(name, _wrapped(text, width)) for name, text in rows], col_max, col_spacing)


class ChineseContext(typer.Context):
    """The context of a command whose help is in Chinese."""

    formatter_class: Any = ChineseHelpFormatter


def _wrapped(english: str, width: int) -> str:
    """A sentence in Chinese, in lines that typer does not wrap again (``\\b``)."""
    return "\n".join(["\b", *_lines(_translated(english), width)])


def _translated(english: str) -> str:
    """A sentence in Chinese, and what typer adds behind it."""
    start = _ADDED.search(english)
    sentence, notes = (english[: start.start()], start[0]) if start else (english, "")
    for word, chinese in _NOTES.items():
        notes = notes.replace(word, chinese)
    sentence = " ".join(sentence.split())
    return f"{HELP.get(sentence, sentence)}{notes}"


def _lines(text: str, width: int) -> Iterator[str]:
    """Lines of at most so many columns; a Chinese character takes two."""
    line = ""
    for piece in _PIECE.findall(text):
        if line and _columns(line + piece.rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += piece if line else piece.lstrip()
    if line:
        yield line


def _columns(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
