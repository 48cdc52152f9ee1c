// A verb of the command line: `crosscheck list`, `crosscheck run`, …; one file each.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "crosscheck/cli/flags.h"

namespace plumbline::crosscheck {

// The whole command line as it was given, for reports.
using CommandLine = std::vector<std::string>;

class Verb {
 public:
  virtual ~Verb() = default;
  virtual std::string_view name() const = 0;
  virtual std::string_view summary() const = 0;
  virtual void declare(Flags& flags) = 0;
  // Runs after the fields that were declared have been filled. The exit code; throws UsageError.
  virtual int run(const CommandLine& command) = 0;
};

std::unique_ptr<Verb> list_verb();
std::unique_ptr<Verb> run_verb();
std::unique_ptr<Verb> model_verb();
std::unique_ptr<Verb> eval_verb();
std::unique_ptr<Verb> check_verb();
std::unique_ptr<Verb> fuzz_verb();
std::unique_ptr<Verb> replay_verb();
std::unique_ptr<Verb> explain_verb();
std::unique_ptr<Verb> mutants_verb();
std::unique_ptr<Verb> draw_verb();
std::unique_ptr<Verb> doctor_verb();

// Every verb, in the order of the help.
std::vector<std::unique_ptr<Verb>> all_verbs();

// The program: parses, runs one verb, turns mistakes into one line on stderr. Returns the exit code of cli.md.
int run_program(int argc, const char* const* argv);

}  // namespace plumbline::crosscheck
