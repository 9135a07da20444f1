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
/// <param name="id">Never changes its meaning, so that scripts can look for it: <c>cgroup-read-only</c>.</param>
/// <param name="severity">How bad it is, for this file where there is one.</param>
/// <param name="found">What is; several lines where it is of several services.</param>
/// <param name="costs">What the operator loses by it, in one sentence; empty where that is nothing.</param>
/// <param name="remedies">The settings that mend it.</param>
public sealed class Finding(string id, FindingSeverity severity, string found, string costs, Remedies remedies)
{
    public string Id { get; } = id;
    public FindingSeverity Severity { get; } = severity;
    public string Found { get; } = found;
    public string Costs { get; } = costs;
    public Remedies Remedies { get; } = remedies;

    /// <summary>What is as it should be.</summary>
    public static Finding Ok(string id, string found) => new(id, FindingSeverity.Ok, found, "", Remedies.None);

    /// <summary>A shortfall: what keeps the exit code from being 0.</summary>
    public bool IsShortfall => Severity >= FindingSeverity.Warning;
}
