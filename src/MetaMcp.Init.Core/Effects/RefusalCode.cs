namespace MetaMcp.Init.Core.Effects;

/// <summary>Why a launch was refused; the name in lower case is its word in the protocol and in answers to clients.</summary>
public enum RefusalCode
{
    /// <summary>The type, or everything together, has as many instances as it may have.</summary>
    Limit,

    /// <summary>There is no <c>[server.NAME]</c> table of this name, and <c>[launch] unknown</c> is "refuse".</summary>
    Unknown,

    /// <summary>The one who asks is neither trusted nor a process of a live run.</summary>
    Forbidden,

    /// <summary>The request itself cannot be used.</summary>
    Invalid,

    /// <summary>The kernel had no descriptor, process or memory to give: a later launch may succeed.</summary>
    Shortage,

    /// <summary>The init is shutting down.</summary>
    Stopping,
}
