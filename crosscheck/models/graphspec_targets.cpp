// Choosing a loss by its word and by the columns of a table.
#include "crosscheck/models/graphspec_targets.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "spec/lang/floats.h"
#include "spec/layers/losses.h"

namespace plumbline::crosscheck {

using spec::Index;
using spec::Result;
using spec::Var;

namespace {

template <auto f>
Var of(const Var& y, const Var& t) {
  return f(y, t);
}

constexpr std::array losses{
    SpecLoss{"cross_entropy", of<[](auto& y, auto& t) { return spec::cross_entropy_index(y, t); }>,
             of<[](auto& y, auto& t) { return spec::cross_entropy(y, t); }>},
    SpecLoss{"nll", of<[](auto& y, auto& t) { return spec::nll(y, t); }>, nullptr},
    SpecLoss{"mse", nullptr, of<[](auto& y, auto& t) { return spec::mse(y, t); }>},
    SpecLoss{"l1", nullptr, of<[](auto& y, auto& t) { return spec::l1(y, t); }>},
    SpecLoss{"huber", nullptr, of<[](auto& y, auto& t) { return spec::huber(y, t); }>},
    SpecLoss{"smooth_l1", nullptr, of<[](auto& y, auto& t) { return spec::smooth_l1(y, t); }>},
    SpecLoss{"log_cosh", nullptr, of<[](auto& y, auto& t) { return spec::log_cosh(y, t); }>},
    SpecLoss{"hinge", nullptr, of<[](auto& y, auto& t) { return spec::hinge(y, t); }>},
    SpecLoss{"bce", nullptr, of<[](auto& y, auto& t) { return spec::bce(y, t); }>},
    SpecLoss{"bce_with_logits", nullptr, of<[](auto& y, auto& t) { return spec::bce_with_logits(y, t); }>},
    SpecLoss{"kl_div", nullptr, of<[](auto& y, auto& t) { return spec::kl_div(y, t); }>},
    SpecLoss{"poisson_nll", nullptr, of<[](auto& y, auto& t) { return spec::poisson_nll(y, t); }>}};

const SpecLoss* loss_named(std::string_view word) {
  const auto* at = std::ranges::find(losses, word, &SpecLoss::name);
  return at == losses.end() ? nullptr : at;
}

Result<const SpecLoss*> checked_loss(const std::string& word, std::string_view usual) {
  const SpecLoss* loss = loss_named(word.empty() ? usual : std::string_view(word));
  if (loss != nullptr) return loss;
  return spec::fail("--loss: found ", word, ", expected one of ", fmt::format("{}", fmt::join(spec_losses(), ", ")),
                    spec::did_you_mean(word, spec_losses()));
}

// The axes of the output but the last, which are the classes.
SpecTargets labelled(const SpecLoss* loss, const spec::Shape& output) {
  SpecTargets out{loss, true, {{}, output.back(0)}};
  for (Index a = 0; a + 1 < output.rank(); ++a) out.feature.shape.push_back(output[a]);
  return out;
}

bool are_labels(const runtime::data::Table& table, Index from, Index classes) {
  for (Index row = 0; row < table.rows; ++row)
    for (Index c = from; c < table.columns; ++c) {
      const auto index = spec::to_index(table.at(row, c));
      if (!index || *index < 0 || *index >= classes) return false;
    }
  return true;
}

}  // namespace

std::vector<std::string> spec_losses() {
  std::vector<std::string> words;
  for (const SpecLoss& l : losses) words.emplace_back(l.name);
  return words;
}

Result<SpecTargets> made_targets(const std::string& word, const spec::Shape& output) {
  const auto loss = checked_loss(word, "mse");
  if (!loss) return tl::unexpected(loss.error());
  if ((*loss)->of_labels == nullptr) return SpecTargets{*loss, false, {output}};
  if (output.rank() < 2 || output.back(0) < 1)
    return spec::fail("--loss: found ", word, " of an output of shape ", output, ", expected [batch, classes]");
  return labelled(*loss, output);
}

Result<SpecTargets> targets_of(const runtime::data::Table& table, const std::string& file, Index features,
                               const std::string& word, const spec::Shape& output) {
  const auto given = checked_loss(word, "mse");
  if (!given) return tl::unexpected(given.error());
  const SpecLoss* loss = *given;
  const Index targets = table.columns - features;
  const Index dense = output[0] > 0 ? output.size() / output[0] : 0;
  const bool has_classes = output.rank() >= 2 && output.back(0) > 1;
  const Index classes = has_classes ? output.back(0) : 0, labels = has_classes ? dense / classes : 0;
  const bool may_labels = has_classes && (word.empty() || loss->of_labels != nullptr);
  const bool may_targets = word.empty() || loss->of_targets != nullptr;
  // The loss's own word decides; without one, numbers that are no labels can still be targets.
  if (may_labels && targets == labels && (!word.empty() || targets != dense || are_labels(table, features, classes)))
    return labelled(word.empty() ? loss_named("cross_entropy") : loss, output);
  if (may_targets && targets == dense && dense > 0) return SpecTargets{loss, false, {output}};
  std::vector<std::string> fitting;
  if (may_labels) fitting.push_back(fmt::format("{} ({} of x, {} of labels)", features + labels, features, labels));
  if (may_targets) fitting.push_back(fmt::format("{} ({} of x, {} of targets)", features + dense, features, dense));
  if (fitting.empty())
    return spec::fail("--loss: found ", word, " of an output of shape ", output, ", expected [batch, classes]");
  return spec::fail(file, ": line ", table.line_of(0), ": found ", table.columns, " columns, expected ",
                    fmt::format("{}", fmt::join(fitting, " or ")));
}

}  // namespace plumbline::crosscheck
