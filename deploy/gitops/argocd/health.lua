-- The health of an object of oauthapp.dev by its conditions, for Argo CD, which gives it as `obj`.
-- Only Lua 5.1 and its base library: Argo CD offers no more to a script of the cluster's.

local status = obj.status or {}
if status.conditions == nil then
  return {status = "Progressing", message = "Nobody has looked at it yet"}
end
if status.observedGeneration ~= obj.metadata.generation then
  return {status = "Progressing", message = "The spec has changed since it was looked at"}
end

local is = {}
for _, condition in ipairs(status.conditions) do
  is[condition.type] = condition
end

local function holds(type)
  return is[type] ~= nil and is[type].status == "True"
end

if holds("Stalled") then
  return {status = "Degraded", message = is.Stalled.message}
end
if holds("Suspended") then
  return {status = "Suspended", message = is.Suspended.message}
end
if is.Ready == nil then
  return {status = "Progressing", message = "It does not say whether it is ready"}
end
if holds("Ready") then
  return {status = "Healthy", message = is.Ready.message}
end
-- Nothing is under way: a person has asked to be shown what would change.
if is.Ready.reason == "Observed" then
  return {status = "Suspended", message = is.Ready.message}
end
return {status = "Progressing", message = is.Ready.message}
