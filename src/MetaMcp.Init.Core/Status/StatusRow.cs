using MetaMcp.Init.Core.Values;

namespace MetaMcp.Init.Core.Status;

/// <summary>
/// One line of the answer to <c>status</c>: a JSON object with the kind of the row (<c>system</c>, <c>service</c>, <c>server</c>,
/// <c>instance</c>). Times are milliseconds from the moment of the answer, sizes are bytes; a member that is missing is not known, or has
/// no value.
/// </summary>
public abstract record StatusRow : Case;
