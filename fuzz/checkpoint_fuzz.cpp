// Any bytes as a checkpoint of one training step: a clear refusal that changes nothing, or a state that is saved alike.
#include <unistd.h>
#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "fuzz/memory_file.h"
#include "runtime/io/checkpoint.h"
#include "runtime/nn/layers.h"
#include "runtime/nn/norms.h"
#include "spec/lang/check.h"
#include "spec/ops/loss/mse.h"

using namespace plumbline;
using namespace plumbline::runtime;

namespace {

// Parameters, moments, running statistics: every kind of state.
TrainStep made() {
  static const KernelTable kernels = KernelTable::builtin();
  nn::Recording r;
  const nn::Scope scope(r);
  const spec::Var x = r.graph.input("x", {2, 2}), y = r.graph.input("y", {2, 1});
  const spec::Var h = nn::BatchNorm{.num_features = 2}(scope / "0", x);
  const spec::Var out = nn::Linear{.in_features = 2, .out_features = 1}(scope / "1", h);
  const NodeId loss = call(spec::Mse{}, out, y).id();
  return spec::value_or_throw(TrainStep::create(r.graph, loss, spec::Adam{.lr = 0.125}, kernels, {}, r.state));
}

std::string bytes_of(TrainStep& step) {
  std::string all = std::to_string(step.steps()) + ' ' + std::to_string(step.groups().steps());
  for (const NamedView& v : io::state_of(step))
    all.append(static_cast<const char*>(v.view.data), static_cast<std::size_t>(v.view.shape.size()) * sizeof(float));
  return all;
}

void load(std::string_view bytes) {
  TrainStep step = made();
  const std::string before = bytes_of(step);
  const fuzz::MemoryFile file(bytes);
  const auto progress = io::load_checkpoint(file.path(), step);
  if (!progress) {
    check(std::string_view(progress.error().what()).starts_with(file.path() + ": "), "a refusal names the file");
    check(bytes_of(step) == before, "a refusal changes nothing");
    return;
  }
  const bool in_memory = access("/dev/shm", W_OK) == 0;
  const std::string saved =
      (in_memory ? "/dev/shm" : "/tmp") + ("/plumbline-checkpoint-fuzz-" + std::to_string(getpid()));
  check(io::save_checkpoint(saved, step, *progress).has_value(), "what is loaded can be saved");
  TrainStep again = made();
  const auto read = io::load_checkpoint(saved, again);
  unlink(saved.c_str());
  check(read && *read == *progress && bytes_of(again) == bytes_of(step), "what is saved loads alike");
}

// The same bytes with the checksum that they should have, so that what lies behind it is reached, too.
std::string with_sum(std::string bytes) {
  constexpr std::string_view key = "\"plumbline.crc32\":\"", none = "00000000";
  const std::size_t at = bytes.find(key);
  if (at == std::string::npos || bytes.size() < at + key.size() + none.size()) return bytes;
  char* digits = bytes.data() + at + key.size();
  std::memcpy(digits, none.data(), none.size());
  unsigned long sum = crc32(0, reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uInt>(bytes.size()));
  for (std::size_t i = none.size(); i-- > 0; sum >>= 4) digits[i] = "0123456789abcdef"[sum & 15];
  return bytes;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  load(text);
  load(with_sum(text));
  return 0;
}
