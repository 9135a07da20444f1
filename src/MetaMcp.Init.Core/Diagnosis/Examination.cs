using System.Collections.Immutable;
using MetaMcp.Init.Core.Planning;

namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>Facts → findings: every check, in the order an operator would read them.</summary>
public sealed record Examination(Facts Facts, ImmutableArray<Finding> Findings)
{
    /// <param name="facts">What was found out.</param>
    /// <param name="plan">What is to run here; null where there is no file.</param>
    public static Examination Of(Facts facts, Plan? plan)
    {
        var needs = FileNeeds.Of(plan);
        return new Examination(facts,
        [
            .. CgroupChecks.Find(facts, needs),
            .. LimitChecks.Find(facts, needs),
            .. CallChecks.Find(facts),
            .. IdentityChecks.Find(facts, needs),
            .. CapabilityChecks.Find(facts, needs),
            .. SurroundingsChecks.Find(facts, needs),
            .. StopChecks.Find(needs),
        ]);
    }

    /// <summary>Whether anything is missing.</summary>
    public bool HasShortfall => Findings.Any(f => f.IsShortfall);

    /// <summary>The whole in one line: what is missing, and what becomes of the limits.</summary>
    public string Summary
    {
        get
        {
            var errors = Count(FindingSeverity.Error, "error");
            var warnings = Count(FindingSeverity.Warning, "warning");
            var notes = Count(FindingSeverity.Info, "note");
            var limits = Findings.Any(f => f.Id == CgroupChecks.Usable) ? "the kernel can enforce limits" : "limits can only be watched, not enforced by the kernel";
            var missing = string.Join(", ", errors.Concat(warnings).DefaultIfEmpty("nothing is missing").Concat(notes));
            return $"{missing}; {limits}";
        }
    }

    private IEnumerable<string> Count(FindingSeverity severity, string noun)
    {
        var count = Findings.Count(f => f.Severity == severity);
        if (count > 0)
            yield return count == 1 ? $"1 {noun}" : $"{count} {noun}s";
    }
}
