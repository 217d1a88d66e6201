function score(spend, orders)
  return spend / 100 + orders
end
