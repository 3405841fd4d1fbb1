// expect: annals: a part of a policy cannot be put into the background: writer.in_background\(a \|\| b\)

#include <annals/snapshot_policy.hpp>
#include <annals/snapshot_writer.hpp>

bool is_due(annals::SnapshotWriter& writer, annals::SnapshotFacts const& facts) {
#ifdef ANNALS_EXPECT_FAIL
    auto const policy = writer.in_background(annals::EveryNEvents{100}) || annals::AfterReplaying{500};
#else
    auto const policy = writer.in_background(annals::EveryNEvents{100} || annals::AfterReplaying{500});
#endif
    return policy.is_due(facts);
}
