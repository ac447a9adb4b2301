// Nothing: what an agent costs before a program does anything.
