"""Running commands side by side, and the tables that come of it."""

import statistics
import subprocess


class Command:
    """Something to be measured: `prepare` (not measured) is called before every run."""

    def __init__(self, name, argv, folder=None, prepare=None, environment=None, runs=None):
        self.name, self.argv, self.folder, self.prepare = name, [str(word) for word in argv], folder, prepare
        self.environment, self.runs = environment, runs
        self.walls, self.cpus, self.memories = [], [], []

    def run(self, measure, report):
        if self.prepare:
            self.prepare()
        subprocess.run([measure, report, *self.argv], cwd=self.folder, env=self.environment, check=True)
        code, wall, cpu, memory = (int(number) for number in report.read_text().split())
        if code != 0:
            again = subprocess.run(self.argv, cwd=self.folder, env=self.environment, capture_output=True, text=True)
            raise RuntimeError(f"{self.name} ended with {code}:\n{again.stdout}{again.stderr}")
        return wall / 1000, cpu / 1000, memory / 1024

    def keep(self, wall, cpu, memory):
        self.walls.append(wall)
        self.cpus.append(cpu)
        self.memories.append(memory)

    @property
    def wall(self):
        return statistics.median(self.walls)


def measure_side_by_side(commands, runs, measure, report, warm_up=1):
    """A B C, A B C, ...: what the machine does meanwhile hits all of them alike. The first rounds don't count."""
    for number in range(-warm_up, runs):
        for command in commands:
            if number >= (command.runs or runs):
                continue
            figures = command.run(measure, report)
            if number >= 0:
                command.keep(*figures)


def print_table(title, commands, baseline, note=""):
    """Medians; `baseline` is the command that the ratios are to, or a function from a command to its baseline."""
    print(f"\n{title}\n")
    width = max(len(command.name) for command in commands)
    print(f"  {'':{width}}   runs   wall ms    (min    max)    cpu ms   peak MiB   × baseline")
    for command in commands:
        base = baseline(command) if callable(baseline) else baseline
        ratio = f"{command.wall / base.wall:12.2f}" if base else f"{'':>12}"
        print(f"  {command.name:{width}}   {len(command.walls):4}  {command.wall:8.1f}  ({min(command.walls):6.1f} "
              f"{max(command.walls):6.1f})  {statistics.median(command.cpus):8.1f}   "
              f"{max(command.memories):8.1f} {ratio}")
    if note:
        print(f"\n  {note}")
