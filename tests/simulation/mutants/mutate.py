"""mutate.py SOURCE_DIR FILE OUTPUT: a copy of FILE with all of its mutations in it; mutate.py --names: one name a line."""

import pathlib
import sys

import mutants


def mutate(text, file):
    for name, of, original, mutated in mutants.MUTANTS:
        if of != file:
            continue
        if text.count(original) != 1:
            sys.exit(f"mutants.py: {name}: {of} has its original {text.count(original)} times, not once:\n{original}")
        text = text.replace(original, mutated.replace("@", f'{mutants.ON}("{name}")'))
    return '#include "tests/simulation/mutants/mutant.hpp"\n' + text


if sys.argv[1:] == ["--names"]:
    print("\n".join(dict.fromkeys(name for name, *_ in mutants.MUTANTS)))
elif sys.argv[1:] == ["--files"]:
    print(";".join(dict.fromkeys(of for _, of, *_ in mutants.MUTANTS)))
else:
    source, file, output = sys.argv[1:]
    pathlib.Path(output).write_text(mutate((pathlib.Path(source) / file).read_text(), file))
