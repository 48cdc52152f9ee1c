// What `crosscheck check` tells: one verdict for each file, in words and as a report.
#pragma once

#include <string>
#include <vector>

#include "crosscheck/cli/output.h"
#include "crosscheck/report/report.h"

namespace plumbline::crosscheck {

struct CheckedFile {
  std::string file, what;  // `dx.npy`, `the gradient of input 0`
  spec::Shape shape;
  std::string_view dtype;
  spec::Claims claims;
  Tier tier;
  Judgement judgement;
  std::string cause;
  double seconds = 0;
  std::string warning;  // what would have been refused under claims that a good kernel can make
};

class CheckReport {
 public:
  CheckReport(std::vector<std::string> command, std::string op, std::string law);
  void add(const CheckedFile& checked);
  // The exit code.
  int write(const Sinks& sinks);

 private:
  Report report_;
  std::string op_, law_;
  std::vector<CheckedFile> files_;
};

}  // namespace plumbline::crosscheck
