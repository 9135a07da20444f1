namespace MetaMcp.Init.Core.Diagnosis;

public enum FindingSeverity
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>Good to know; nothing that is asked for here is missing.</summary>
    Info,

    /// <summary>Something works less well than it could, or in another way than it should.</summary>
    Warning,

    /// <summary>Something that the file asks for, or mcp-init itself, cannot work.</summary>
    Error,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Id">Never changes its meaning, so that scripts can look for it: <c>cgroup-read-only</c>.</param>
/// <param name="Severity">How bad it is, for this file where there is one.</param>
/// <param name="Found">What is.</param>
/// <param name="Costs">What the operator loses by it, in one sentence; empty where that is nothing.</param>
/// <param name="Remedies">The settings that mend it.</param>
public sealed record Finding(string Id, FindingSeverity Severity, string Found, string Costs, Remedies Remedies)
{
    /// <summary>What is as it should be.</summary>
    public static Finding Ok(string id, string found) => new(id, FindingSeverity.Ok, found, "", Remedies.None);

    /// <summary>A shortfall: what keeps the exit code from being 0.</summary>
    public bool IsShortfall => Severity >= FindingSeverity.Warning;
}
