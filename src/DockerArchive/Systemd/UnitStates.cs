namespace DockerArchive.Systemd;

/// <summary>The words that systemctl has for the states of units.</summary>
internal static class UnitStates
{
    public static UnitActiveState Active(string? word) => word switch
    {
        "active" => UnitActiveState.Active,
        "reloading" => UnitActiveState.Reloading,
        "inactive" => UnitActiveState.Inactive,
        "failed" => UnitActiveState.Failed,
        "activating" => UnitActiveState.Activating,
        "deactivating" => UnitActiveState.Deactivating,
        "maintenance" => UnitActiveState.Maintenance,
        "refreshing" => UnitActiveState.Refreshing,
        _ => UnitActiveState.Unknown,
    };

    public static UnitLoadState Load(string? word) => word switch
    {
        "stub" => UnitLoadState.Stub,
        "loaded" => UnitLoadState.Loaded,
        "not-found" => UnitLoadState.NotFound,
        "bad-setting" => UnitLoadState.BadSetting,
        "error" => UnitLoadState.Error,
        "merged" => UnitLoadState.Merged,
        "masked" => UnitLoadState.Masked,
        _ => UnitLoadState.Unknown,
    };
}
