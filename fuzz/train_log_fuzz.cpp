// Any bytes as a TrainLog: what is read prints and reads back to the same log, and is drawn.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "runtime/train/train_log.h"
#include "spec/lang/check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using plumbline::runtime::train::TrainLog;
  const auto log = TrainLog::from_json({reinterpret_cast<const char*>(bytes), size});
  if (!log) return 0;
  const auto again = TrainLog::from_json(log->json());
  plumbline::check(again && *again == *log, "what a log prints reads back");
  plumbline::check(log->svg().ends_with("</svg>\n"), "a log is drawn");
  return 0;
}
