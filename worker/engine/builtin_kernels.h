// The kernels that are built into the engine, one file each in kernels/.
#pragma once

#include <memory>

#include "worker/engine/kernel.h"

namespace mote::engine {

class TreeCaches;

std::unique_ptr<Kernel> MakeBundleCheckKernel();
std::unique_ptr<Kernel> MakeCommandKernel();
std::unique_ptr<Kernel> MakeDistinctDroppedKernel();
std::unique_ptr<Kernel> MakeDistinctKeysKernel();
std::unique_ptr<Kernel> MakeDistinctMatchKernel();
std::unique_ptr<Kernel> MakeDistinctRowsKernel();
std::unique_ptr<Kernel> MakeEchoKernel();
std::unique_ptr<Kernel> MakeEnsemblePackKernel();
std::unique_ptr<Kernel> MakeEnsembleStepKernel();
std::unique_ptr<Kernel> MakeFilterKernel();
std::unique_ptr<Kernel> MakeFinishKernel();
std::unique_ptr<Kernel> MakeFittedGridKernel();
std::unique_ptr<Kernel> MakeFittedReadKernel();
std::unique_ptr<Kernel> MakeFittedReportKernel();
std::unique_ptr<Kernel> MakeFoldKernel();
std::unique_ptr<Kernel> MakeFoldRowsKernel();
std::unique_ptr<Kernel> MakeIndexKernel();
std::unique_ptr<Kernel> MakeIndexArraysKernel();
std::unique_ptr<Kernel> MakeInferMisfitsKernel();
std::unique_ptr<Kernel> MakeJoinKernel();
std::unique_ptr<Kernel> MakeMisbehaveKernel();
std::unique_ptr<Kernel> MakeNoopKernel();
std::unique_ptr<Kernel> MakePinSharedKernel();
std::unique_ptr<Kernel> MakePrepareCutsKernel();
std::unique_ptr<Kernel> MakePrepareOrderKernel();
std::unique_ptr<Kernel> MakePrepareProfileKernel();
std::unique_ptr<Kernel> MakePrepareStrataKernel();
std::unique_ptr<Kernel> MakePrepareTransformKernel();
std::unique_ptr<Kernel> MakeRandomSumKernel();
std::unique_ptr<Kernel> MakeRowsKernel();
std::unique_ptr<Kernel> MakeSampleKernel();
std::unique_ptr<Kernel> MakeSleepKernel();
std::unique_ptr<Kernel> MakeSpinKernel();
std::unique_ptr<Kernel> MakeZipKernel();

// Trees; they share what they keep between passes.
std::unique_ptr<Kernel> MakeBoostEvaluateKernel(std::shared_ptr<TreeCaches> caches);
std::unique_ptr<Kernel> MakeBoostHistogramKernel(std::shared_ptr<TreeCaches> caches);
std::unique_ptr<Kernel> MakeBoostInitKernel();
std::unique_ptr<Kernel> MakeBoostStatsKernel();
std::unique_ptr<Kernel> MakeBoostUpdateKernel(std::shared_ptr<TreeCaches> caches);
std::unique_ptr<Kernel> MakeForestGrowKernel(std::shared_ptr<TreeCaches> caches);
std::unique_ptr<Kernel> MakeInferTreesKernel(std::shared_ptr<TreeCaches> caches);
std::unique_ptr<Kernel> MakeTreeBinKernel();
std::unique_ptr<Kernel> MakeTreeExportKernel();
std::unique_ptr<Kernel> MakeTreeGainKernel(std::shared_ptr<TreeCaches> caches);
std::unique_ptr<Kernel> MakeTreeSketchKernel();

}  // namespace mote::engine
