// The `crosscheck` program.
#include "crosscheck/cli/verb.h"

int main(int argc, char** argv) { return plumbline::crosscheck::run_program(argc, argv); }
