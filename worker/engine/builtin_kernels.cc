#include "worker/engine/builtin_kernels.h"

#include "worker/engine/trees/tree_caches.h"

namespace mote::engine {
namespace {

void RegisterTreeKernels(KernelMap& kernels) {
  const auto caches = std::make_shared<TreeCaches>();
  kernels.emplace("boost.evaluate", MakeBoostEvaluateKernel(caches));
  kernels.emplace("boost.histogram", MakeBoostHistogramKernel(caches));
  kernels.emplace("boost.init", MakeBoostInitKernel());
  kernels.emplace("boost.stats", MakeBoostStatsKernel());
  kernels.emplace("boost.update", MakeBoostUpdateKernel(caches));
  kernels.emplace("forest.grow", MakeForestGrowKernel(caches));
  kernels.emplace("infer.trees", MakeInferTreesKernel(caches));
  kernels.emplace("trees.bin", MakeTreeBinKernel());
  kernels.emplace("trees.export", MakeTreeExportKernel());
  kernels.emplace("trees.gain", MakeTreeGainKernel(caches));
  kernels.emplace("trees.sketch", MakeTreeSketchKernel());
}

}  // namespace

void RegisterBuiltinKernels(KernelMap& kernels) {
  kernels.emplace("bundle.check", MakeBundleCheckKernel());
  kernels.emplace("command", MakeCommandKernel());
  kernels.emplace("distinct.dropped", MakeDistinctDroppedKernel());
  kernels.emplace("distinct.keys", MakeDistinctKeysKernel());
  kernels.emplace("distinct.match", MakeDistinctMatchKernel());
  kernels.emplace("distinct.rows", MakeDistinctRowsKernel());
  kernels.emplace("echo", MakeEchoKernel());
  kernels.emplace("ensemble.pack", MakeEnsemblePackKernel());
  kernels.emplace("ensemble.step", MakeEnsembleStepKernel());
  kernels.emplace("filter", MakeFilterKernel());
  kernels.emplace("finish", MakeFinishKernel());
  kernels.emplace("fitted.grid", MakeFittedGridKernel());
  kernels.emplace("fitted.read", MakeFittedReadKernel());
  kernels.emplace("fitted.report", MakeFittedReportKernel());
  kernels.emplace("fold", MakeFoldKernel());
  kernels.emplace("fold_rows", MakeFoldRowsKernel());
  kernels.emplace("index", MakeIndexKernel());
  kernels.emplace("index_arrays", MakeIndexArraysKernel());
  kernels.emplace("infer.misfits", MakeInferMisfitsKernel());
  kernels.emplace("join", MakeJoinKernel());
  kernels.emplace("misbehave", MakeMisbehaveKernel());
  kernels.emplace("noop", MakeNoopKernel());
  kernels.emplace("pin_shared", MakePinSharedKernel());
  kernels.emplace("prepare.cuts", MakePrepareCutsKernel());
  kernels.emplace("prepare.order", MakePrepareOrderKernel());
  kernels.emplace("prepare.profile", MakePrepareProfileKernel());
  kernels.emplace("prepare.strata", MakePrepareStrataKernel());
  kernels.emplace("prepare.transform", MakePrepareTransformKernel());
  kernels.emplace("random_sum", MakeRandomSumKernel());
  kernels.emplace("rows", MakeRowsKernel());
  kernels.emplace("sample", MakeSampleKernel());
  kernels.emplace("sleep", MakeSleepKernel());
  kernels.emplace("spin", MakeSpinKernel());
  kernels.emplace("zip", MakeZipKernel());
  RegisterTreeKernels(kernels);
}

}  // namespace mote::engine
