"""What the timing gave: rows, ratios, the targets; as text, CSV and a figure."""
import csv
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys

from names import is_cached

LEAST, ALL, BIG, CACHED, SHARE = 1.2, 2.0, 2.5, 3.0, 0.6
BIG_ONES = ["resnet8x4", "vgg8", "kd_resnet32x4_resnet8x4"]
FORMATS = ["contiguous", "channels_last"]
COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7"]  # Okabe and Ito's


def cpu_name():
    try:
        with open("/proc/cpuinfo") as info:
            names = [line.split(":")[1].strip() for line in info if line.startswith("model name")]
            return names[0]
    except (OSError, IndexError):
        return platform.machine()


def geometric_mean(values):
    return math.exp(statistics.fmean(math.log(v) for v in values))


class Row:
    """one workload: kdbench's turns, and the rate of each (PyTorch, way)"""

    def __init__(self, name, ours, rates, pick=statistics.median):
        self.name, self.rates = name, rates
        self.kdbench = pick(r["samples_per_s"] for r in ours)
        self.gflops = pick(r["gflops"] for r in ours)
        self.share = self.gflops / max(r["sgemm_gflops"] for r in ours)
        turns = [r["samples_per_s"] for r in ours]
        self.spread = (max(turns) - min(turns)) / self.kdbench

    def peer(self, torch):
        """the faster of the two memory formats"""
        return max(self.rates[torch, way] for way in FORMATS)

    def ratio(self, torch):
        return self.kdbench / self.peer(torch)

    def line(self):
        torches = sorted({torch for torch, _ in self.rates})
        ratios = ", ".join(f"{self.ratio(t):.2f} x {t}" for t in torches)
        return f"{self.name}: {self.kdbench:.1f} samples/s = {ratios}"


# ---- targets ---------------------------------------------------------------------------------


def targets(rows, torch):
    """(what, reached value, wanted value) of those that these workloads can tell"""
    ratios = {r.name: r.ratio(torch) for r in rows}
    live = {n: v for n, v in ratios.items() if not is_cached(n)}
    cached = {n: v for n, v in ratios.items() if is_cached(n)}
    if live:
        lowest = min(live, key=live.get)
        what = f"geometric mean of {len(live)} workloads without a cache"
        yield what, geometric_mean(live.values()), ALL
        yield f"lowest of them, {lowest}", live[lowest], LEAST
    for name in BIG_ONES:
        if name in live:
            yield name, live[name], BIG
    if cached:
        what = "geometric mean of KD steps, cache warm"
        yield what, geometric_mean(cached.values()), CACHED


def target_lines(rows, torches):
    lines = []
    for torch in torches:
        for what, value, wanted in targets(rows, torch):
            word = "reached" if value >= wanted else "missed"
            lines.append(f"| {what} | {torch} | {value:.2f} | {wanted:.1f} | {word} |")
    for r in rows:
        if r.name == "resnet32x4":
            word = "reached" if r.share >= SHARE else "missed"
            what = "resnet32x4, share of SGEMM"
            lines.append(f"| {what} | - | {r.share:.2f} | {SHARE:.1f} | {word} |")
    return ["| Target | Against | Value | Wanted | |", "|---|---|---:|---:|---|"] + lines


# ---- text ------------------------------------------------------------------------------------


def table(rows, torches):
    ways = [w for w in FORMATS + ["compiled"] if any(way == w for r in rows for _, way in r.rates)]
    head = ["Workload", "kdbench", "GFLOP/s", "of SGEMM"]
    for t in torches:
        head += [f"{t} {w}" for w in ways] + ["ratio"]
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    for r in rows:
        cells = [r.name, f"{r.kdbench:.1f}", f"{r.gflops:.0f}", f"{100 * r.share:.0f} %"]
        for t in torches:
            cells += [f"{r.rates[t, w]:.1f}" if (t, w) in r.rates else "-" for w in ways]
            cells.append(f"**{r.ratio(t):.2f}**")
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def text_of(rows, machine):
    torches = machine["torches"]
    noise = 100 * statistics.median(r.spread for r in rows)
    return "\n".join(
        [f"{machine['kdbench']} against {' and '.join(torches)}; {machine['cpu']}, processor "
         f"{machine['processor']}, one thread.",
         f"Samples/s, batch 64, float32: {machine['turns']}, which for kdbench lie "
         f"{noise:.0f} % apart (median over workloads).",
         "Ratio: to the faster of contiguous and channels_last. A workload `_cached` is kdbench "
         "with a warm teacher cache against PyTorch with its teacher running.", ""]
        + table(rows, torches) + [""] + target_lines(rows, torches)) + "\n"


def write_csv(rows, machine, path):
    with open(path, "w", newline="") as out:
        w = csv.writer(out, lineterminator="\n")
        w.writerow(["workload", "peer", "kdbench_samples_per_s", "kdbench_gflops", "sgemm_share",
                    "contiguous_samples_per_s", "channels_last_samples_per_s",
                    "compiled_samples_per_s", "ratio", "turns", "kdbench", "cpu"])
        for r in rows:
            for t in machine["torches"]:
                rates = [r.rates.get((t, way)) for way in FORMATS + ["compiled"]]
                w.writerow([r.name, t, f"{r.kdbench:.2f}", f"{r.gflops:.2f}", f"{r.share:.4f}"]
                           + [f"{v:.2f}" if v else "" for v in rates]
                           + [f"{r.ratio(t):.4f}", machine["turns"], machine["kdbench"],
                              machine["cpu"]])


# ---- figure ----------------------------------------------------------------------------------

SCRIPT = """# gnuplot peers.gp makes peers.svg and peers.pdf
{blocks}
do for [kind in "svg pdf"] {{
  if (kind eq "svg") {{
    set terminal svg size 760,{height} noenhanced font 'DejaVu Sans,12' \
      background '#ffffff' name 'peers'
  }} else {{
    set terminal pdfcairo size 7.6in,{inches:.2f}in noenhanced font 'DejaVu Sans,9'
  }}
  set output 'peers.'.kind
  set encoding utf8
  set border 3 lc '#777777'
  set tics nomirror scale 0.5
  set grid xtics lc '#dddddd' lt 1
  set xrange [0:{most}]
  set yrange [{low}:0.5] noreverse
  set xlabel 'samples/s of kdbench : samples/s of the faster memory format'
  set key above
  set lmargin 36
  set ytics ({tics})
  set arrow 1 from 1,{low} to 1,0.5 nohead lc '#777777'
  set arrow 2 from 2,{low} to 2,0.5 nohead dt 2 lc '#777777'
  plot {plots}
  unset arrow
}}
"""


def write_figure(rows, torches, folder):
    blocks, plots = [], []
    for i, t in enumerate(torches):
        points = "\n".join(f"{r.ratio(t):.4f} {-k}" for k, r in enumerate(rows))
        blocks.append(f"$peer{i} << END\n{points}\nEND")
        plots.append(f"$peer{i} using 1:2 with points pt {(7, 5, 9, 13)[i % 4]} ps 1.1 "
                     f"lc '{COLOURS[i % 4]}' title '{t}'")
    most = max(r.ratio(t) for r in rows for t in torches)
    (folder / "peers.gp").write_text(SCRIPT.format(
        blocks="\n".join(blocks), height=90 + 24 * len(rows), inches=0.9 + 0.24 * len(rows),
        most=math.ceil(max(most, 2.0) * 1.05 * 2) / 2, low=0.5 - len(rows),
        tics=", ".join(f"'{r.name}' {-k}" for k, r in enumerate(rows)),
        plots=", \\\n       ".join(plots)))
    if not shutil.which("gnuplot"):
        print("peers: no gnuplot: peers.gp is there, the figure is not", file=sys.stderr)
        return
    subprocess.run(["gnuplot", "peers.gp"], cwd=folder, check=True,
                   env={**os.environ, "SOURCE_DATE_EPOCH": "0"})


def write(rows, machine, folder):
    """all of it into `folder`; returns the text"""
    folder.mkdir(parents=True, exist_ok=True)
    text = text_of(rows, machine)
    (folder / "peers.md").write_text(text)
    write_csv(rows, machine, folder / "peers.csv")
    write_figure(rows, machine["torches"], folder)
    return text


# ---- checking --------------------------------------------------------------------------------


def verdict(title, rows):
    """prints how far the farthest of each kind is, and the first that are too far; True: none is"""
    bad = [r for r in rows if not r["distance"] <= r["allowed"]]  # a NaN is bad
    for r in bad[:5]:
        print(f"{title}: {r['kind']} {r['of']}: {r['distance']:.1e}, allowed {r['allowed']:.1e}")
    worst = {}
    for r in rows:
        if r["kind"] not in worst or not r["distance"] <= worst[r["kind"]]["distance"]:
            worst[r["kind"]] = r
    print(f"{title}: {len(bad)} of {len(rows)} differ: " if bad else f"{title}: same: ", end="")
    print(", ".join(f"{kind} {r['distance']:.1e} ({r['allowed']:.0e})"
                    for kind, r in worst.items()), flush=True)
    return not bad
