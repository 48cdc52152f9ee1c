// Choosing tokens by their logits.
#include "runtime/text/generate.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "spec/lang/random.h"

namespace plumbline::runtime::text {

using spec::fail;

namespace {

constexpr double inf = std::numeric_limits<double>::infinity();

Result<void> check_sampling(std::span<const double> logits, const Sampling& options) {
  if (!(options.temperature >= 0) || options.temperature == inf)
    return fail("[sample] found temperature ", options.temperature, ", expected a finite one of at least 0");
  if (options.top_k < 0) return fail("[sample] found top_k ", options.top_k, ", expected at least 0");
  if (!(options.top_p > 0 && options.top_p <= 1))
    return fail("[sample] found top_p ", options.top_p, ", expected one in (0, 1]");
  for (std::size_t i = 0; i < logits.size(); ++i)
    if (std::isnan(logits[i]) || logits[i] == inf)
      return fail("[sample] logit ", i, ": found ", logits[i], ", expected a number or -inf");
  if (std::ranges::all_of(logits, [](double l) { return l == -inf; }))
    return fail("[sample] found no token that can be drawn, expected a logit above -inf");
  return {};
}

// Ids by falling logits, equal ones by rising ids; −∞ left out.
std::vector<Index> ranked(std::span<const double> logits) {
  std::vector<Index> order(logits.size());
  std::iota(order.begin(), order.end(), Index{0});
  std::erase_if(order, [&](Index i) { return logits[static_cast<std::size_t>(i)] == -inf; });
  std::ranges::stable_sort(order, std::ranges::greater{}, [&](Index i) { return logits[static_cast<std::size_t>(i)]; });
  return order;
}

}  // namespace

Result<Index> sample_token(std::span<const double> logits, const Sampling& options, std::uint64_t place) {
  if (auto ok = check_sampling(logits, options); !ok) return tl::unexpected(ok.error());
  std::vector<Index> order = ranked(logits);
  if (options.temperature == 0) return order[0];
  if (options.top_k > 0) order.resize(std::min(order.size(), static_cast<std::size_t>(options.top_k)));
  const double most = logits[static_cast<std::size_t>(order[0])];
  std::vector<double> sums;  // of e^((l − most) / temperature), the likeliest first
  double sum = 0;
  for (const Index i : order) {
    sum += std::exp((logits[static_cast<std::size_t>(i)] - most) / options.temperature);
    sums.push_back(sum);
  }
  const auto enough = std::ranges::lower_bound(sums, options.top_p * sum);
  const double kept = enough == sums.end() ? sum : *enough;
  const double u = static_cast<double>(spec::draw(spec::key(options.seed, 0), place) >> 11) * 0x1p-53;
  const auto at = std::ranges::upper_bound(sums, u * kept);
  return order[std::min(static_cast<std::size_t>(at - sums.begin()), order.size() - 1)];
}

Result<Tokens> generate(const NextLogits& model, Tokens prompt, const Generation& options) {
  if (options.count < 0 || options.context < 0)
    return fail("[generate] found count ", options.count, " and context ", options.context, ", expected at least 0");
  for (Index n = 0; n < options.count; ++n) {
    std::span<const std::int64_t> seen = prompt;
    if (options.context > 0 && static_cast<Index>(seen.size()) > options.context)
      seen = seen.last(static_cast<std::size_t>(options.context));
    const auto logits = model(seen);
    if (!logits) return tl::unexpected(logits.error());
    const auto next = sample_token(*logits, options.sampling, prompt.size());
    if (!next) return fail("token ", prompt.size(), ": ", next.error().what());
    prompt.push_back(*next);
    if (options.stop && *next == *options.stop) break;
  }
  return prompt;
}

}  // namespace plumbline::runtime::text
