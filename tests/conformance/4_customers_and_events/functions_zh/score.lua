return function(spend, orders)
  return spend / 100 + orders
end
