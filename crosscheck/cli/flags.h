// What a verb reads from the command line, told to the parser once.
#pragma once

#include <string>
#include <vector>

namespace plumbline::crosscheck {

// Binds options to fields; values are kept as text, so that every verb refuses a bad one in the same words.
class Flags {
 public:
  virtual ~Flags() = default;
  // Arguments that are no options, in order. `shown` is their form in the help, e.g. `[OP]…`.
  virtual void positionals(std::vector<std::string>& values, const std::string& shown, const std::string& help) = 0;
  virtual void option(const std::string& name, std::string& value, const std::string& help) = 0;
  // May be given several times, one value each.
  virtual void repeated(const std::string& name, std::vector<std::string>& values, const std::string& help) = 0;
  // Takes all values up to the next option.
  virtual void list(const std::string& name, std::vector<std::string>& values, const std::string& help) = 0;
  virtual void flag(const std::string& name, bool& value, const std::string& help) = 0;
};

}  // namespace plumbline::crosscheck
