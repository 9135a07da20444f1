namespace MetaMcp.Init.Core.Verbs;

/// <summary>The groups in which the verbs are listed.</summary>
public enum VerbKind
{
    /// <summary>Starts a program, or becomes one.</summary>
    Run,

    /// <summary>Shows something and changes nothing.</summary>
    Look,

    /// <summary>Changes something that stays.</summary>
    Act,

    /// <summary>Called by mcp-init itself: in no list, no completion and no hint.</summary>
    Hidden,
}
