using MetaMcp.Init.Core.Planning;
using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Diagnosis;

/// <summary>Facts → findings: every check, in the order an operator would read them.</summary>
public sealed class Examination
{
    private readonly List<Finding> _findings = [];

    private Examination(Facts facts) => Facts = facts;

    public Facts Facts { get; }

    public IReadOnlyList<Finding> Findings => _findings;

    /// <param name="facts">The facts.</param>
    /// <param name="plan">The plan that is to run here; null if there is no file.</param>
    public static Examination Of(Facts facts, Plan? plan)
    {
        var needs = FileNeeds.Of(plan);
        var examination = new Examination(facts);
        var findings = examination._findings;
        CgroupChecks.Find(facts, needs, findings);
        LimitChecks.Find(facts, needs, findings);
        CgroupChecks.FindRefusal(facts, needs, findings);
        CallChecks.Find(facts, findings);
        IdentityChecks.Find(facts, needs, findings);
        CapabilityChecks.Find(facts, needs, findings);
        AbsenceChecks.Find(facts, needs, findings);
        SurroundingsChecks.Find(facts, needs, findings);
        StopChecks.Find(needs, findings);
        return examination;
    }

    /// <summary>Whether there is a shortfall.</summary>
    public bool HasShortfall => _findings.Exists(f => f.IsShortfall);

    /// <summary>The result in one line: the shortfalls, and who enforces the limits.</summary>
    public string Summary
    {
        get
        {
            List<string> counts = [];
            Count(FindingSeverity.Error, "error", counts);
            Count(FindingSeverity.Warning, "warning", counts);
            if (counts.Count == 0)
                counts.Add("nothing is missing");
            Count(FindingSeverity.Info, "note", counts);
            var limits = Has(CgroupChecks.Required) ? "mcp-init refuses to start here"
                : Has(CgroupChecks.Usable) ? "the kernel can enforce limits"
                : "limits can only be watched, not enforced by the kernel";
            return $"{string.Join(", ", counts)}; {limits}";
        }
    }

    private bool Has(string id) => _findings.Exists(f => f.Id == id);

    private void Count(FindingSeverity severity, string noun, List<string> counts)
    {
        var count = _findings.FindAll(f => f.Severity == severity).Count;
        if (count > 0)
            counts.Add(Counted.Text(count, noun));
    }
}
