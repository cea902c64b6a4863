// Federated Averaging as one would write it by hand: every part in turn.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "common/permutation.h"
#include "tests/torch/plain_training.h"
#include "worker/engine/torch_kernels/compat.h"
#include "worker/engine/torch_kernels/optimizer.h"
#include "worker/engine/torch_kernels/train_state.h"

namespace mote::testing {

// Rows [begin, end) of a table in the order of an epoch.
struct Part {
  const std::vector<Example>* examples = nullptr;
  int64_t table_rows = 0;
  int64_t begin = 0;
  int64_t end = 0;
};

struct FederatedSettings {
  int64_t epochs = 1;
  int64_t batch = 1;
  int64_t steps = 1;  // of a part between two averages
  int64_t seed = 0;
};

struct LocalShare {
  int64_t rows = 0;
  engine::TrainState state;
};

// What the part makes of `state` in the round of this epoch whose first step is `first`.
inline LocalShare LocalSteps(const Part& part, const FederatedSettings& settings, int64_t epoch, int64_t first,
                             const engine::Optimizer& optimizer, engine::TrainState state) {
  const Permutation order(part.table_rows, settings.seed + epoch);
  LocalShare share;
  for (int64_t step = first; step < first + settings.steps; ++step) {
    std::vector<int64_t> rows;
    const int64_t from = part.begin + step * settings.batch;
    for (int64_t at = from; at < std::min(from + settings.batch, part.end); ++at) {
      rows.push_back(order.At(at));
    }
    if (rows.empty()) break;
    const at::Tensor mean =
        SummedGradient(*part.examples, rows, Leaves(state.spec, state.weights)) / static_cast<float>(rows.size());
    optimizer.Step({mean.data_ptr<float>(), mean.data_ptr<float>() + mean.numel()}, &state);
    share.rows += static_cast<int64_t>(rows.size());
  }
  share.state = std::move(state);
  return share;
}

// The mean of one vector of three parts at most, weighted by rows: sums in the order of the tree.
inline std::vector<float> MeanOfShares(const std::vector<LocalShare>& shares,
                                       std::vector<float> engine::TrainState::*values) {
  std::vector<double> sums((shares[0].state.*values).size());
  double rows = 0;
  for (const LocalShare& share : shares) {
    for (size_t i = 0; i < sums.size(); ++i) {
      sums[i] += static_cast<double>(share.rows) * static_cast<double>((share.state.*values)[i]);
    }
    rows += static_cast<double>(share.rows);
  }
  std::vector<float> mean;
  for (const double sum : sums) mean.push_back(static_cast<float>(sum / rows));
  return mean;
}

// The weights that `state` ends with.
inline std::vector<float> FederatedAveraging(const std::vector<Part>& parts, const FederatedSettings& settings,
                                             const engine::Optimizer& optimizer, engine::TrainState state) {
  at::set_num_threads(1);
  state.weights = engine::InitialWeights(std::get<engine::MlpSpec>(state.spec.kind), settings.seed);
  state.first.assign(state.weights.size(), 0.0F);
  state.second.assign(state.weights.size(), 0.0F);
  int64_t most = 0;
  for (const Part& part : parts) most = std::max(most, part.end - part.begin);
  for (int64_t epoch = 0; epoch < settings.epochs; ++epoch) {
    for (int64_t first = 0; first * settings.batch < most; first += settings.steps) {
      std::vector<LocalShare> shares;
      int64_t steps = 0;
      for (const Part& part : parts) {
        LocalShare share = LocalSteps(part, settings, epoch, first, optimizer, state);
        if (share.rows == 0) continue;
        steps = std::max(steps, share.state.step);
        shares.push_back(std::move(share));
      }
      state.weights = MeanOfShares(shares, &engine::TrainState::weights);
      state.first = MeanOfShares(shares, &engine::TrainState::first);
      state.second = MeanOfShares(shares, &engine::TrainState::second);
      state.step = steps;
    }
  }
  return state.weights;
}

}  // namespace mote::testing
